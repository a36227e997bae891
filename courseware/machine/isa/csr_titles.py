"""What each CSR of the machine is for, in a few Japanese words.

Source: RISC-V privileged specification, "CSR Listing" and the sections on each register.
"""

_TRAPS = {
    "status": "状態 (割り込みの許可、トラップの前のモードなど)",
    "ie": "割り込みの種類ごとの許可 (interrupt enable)",
    "ip": "保留中の割り込み (interrupt pending)",
    "tvec": "トラップハンドラーの番地 (trap vector)",
    "scratch": "トラップハンドラーが自由に使う値",
    "epc": "トラップから戻る番地 (exception program counter)",
    "cause": "トラップの原因",
    "tval": "トラップの補足 (フォールトを起こした番地、不正命令のビット列など)",
}
_LEVELS = {"m": "M モードの", "s": "S モードの", "vs": "ゲスト (VS モード) の"}

CSR_TITLES: dict[str, str] = {
    **{level + name: of + title for level, of in _LEVELS.items() for name, title in _TRAPS.items()},
    # All modes' bits are in these.
    "mstatus": "ハートの状態 (割り込みの許可、トラップの前のモードなど)",
    "mie": "割り込みの種類ごとの許可 (interrupt enable)。すべてのモードの分",
    "mip": "保留中の割り込み (interrupt pending)。すべてのモードの分",
    "mvendorid": "ハートの製造者の番号",
    "marchid": "ハートの設計の番号",
    "mimpid": "ハートの実装の版",
    "mhartid": "ハートの番号",
    "mconfigptr": "構成の説明がある番地 (0 はなし)",
    "mstatush": "mstatus の上位 32 ビット",
    "misa": "命令セットの幅と、使える拡張",
    "medeleg": "S モードに任せる例外 (exception delegation)",
    "mideleg": "S モードに任せる割り込み (interrupt delegation)",
    "mcounteren": "S モードに読ませるカウンター",
    "scounteren": "U モードに読ませるカウンター",
    "hcounteren": "ゲストに読ませるカウンター",
    "menvcfg": "下のモードの動作の設定 (environment configuration)",
    "menvcfgh": "menvcfg の上位 32 ビット",
    "senvcfg": "U モードの動作の設定 (environment configuration)",
    "henvcfg": "ゲストの動作の設定 (environment configuration)",
    "henvcfgh": "henvcfg の上位 32 ビット",
    "mcountinhibit": "止めるカウンター",
    "mtinst": "トラップを起こした命令の、変形した形",
    "mtval2": "ゲストのフォールトのゲスト物理アドレスを 4 で割った値",
    "satp": "アドレス変換の方式、ASID、最上位のページ表の物理ページ番号",
    "hstatus": "ゲストとハイパーバイザーの状態 (仮想化のモード、ゲストの命令のトラップなど)",
    "hedeleg": "ゲストの VS モードに任せる例外",
    "hideleg": "ゲストの VS モードに任せる割り込み",
    "hie": "ゲスト向けの割り込みの許可",
    "hip": "ゲスト向けの保留中の割り込み",
    "hvip": "ハイパーバイザーがゲストに起こす割り込み",
    "hgeie": "ゲスト外部割り込みの許可",
    "hgeip": "保留中のゲスト外部割り込み",
    "htimedelta": "ゲストが読む time に足す値",
    "htimedeltah": "htimedelta の上位 32 ビット",
    "htval": "ゲストのフォールトのゲスト物理アドレスを 4 で割った値",
    "htinst": "トラップを起こしたゲストの命令の、変形した形",
    "hgatp": "G 段のアドレス変換の方式、VMID、最上位のページ表の物理ページ番号",
    "vsatp": "ゲスト自身のアドレス変換の方式、ASID、最上位のページ表の物理ページ番号",
    "mcycle": "実行したサイクルの数",
    "mcycleh": "mcycle の上位 32 ビット",
    "minstret": "完了した命令の数",
    "minstreth": "minstret の上位 32 ビット",
    "cycle": "実行したサイクルの数",
    "cycleh": "cycle の上位 32 ビット",
    "instret": "完了した命令の数",
    "instreth": "instret の上位 32 ビット",
    "time": "時刻のカウンター",
    "timeh": "time の上位 32 ビット",
    "tselect": "選んでいるトリガーの番号 (この計算機にトリガーはありません)",
    **dict.fromkeys(("tdata1", "tdata2", "tdata3"), "トリガーの設定 (この計算機では 0)"),
    **{f"pmpcfg{i}": f"PMP の領域 {4 * i} から {4 * i + 3} の設定" for i in range(16)},
    **{f"pmpaddr{i}": f"PMP の領域 {i} の番地を 4 で割った値" for i in range(64)},
    **{
        f"mhpmevent{i}": f"性能カウンター {i} が数える事象 (この計算機では 0)" for i in range(3, 32)
    },
    **{
        f"{name}{i}{half}": f"性能カウンター {i} {of}(この計算機では 0)"
        for name in ("mhpmcounter", "hpmcounter")
        for half, of in (("", ""), ("h", "の上位 32 ビット "))
        for i in range(3, 32)
    },
}
