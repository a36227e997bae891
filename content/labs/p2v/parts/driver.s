# virtio のディスクのドライバー。この荷物を、initramfs に入れてください。
#
#   package + 0   "PKG "
#   package + 4   ドライバーの大きさ (バイト)
#   package + 16  ドライバー。512 の倍数の番地なら、どこに置いても動く
#
# ドライバーの先頭は "DRVR"、装置の文字、probe への分岐、read への分岐の 4 語、
# 終わりは "DEND" です。

        .equ VIRTIO, 0x10001000

        .text
package:
        .ascii "PKG "
        .word end - driver, 0, 0
driver:
        .ascii "DRVR"
        .word 'v'                       # /dev/vda
        .option norvc
        j    probe
        j    read
        .option rvc

probe:                                  # 装置があれば用意して、a0 に 1 を返す
        li   a0, 0
        li   t0, VIRTIO
        lw   t1, 0x00(t0)               # MagicValue
        li   t2, 0x74726976             # "virt"
        bne  t1, t2, 1f
        lw   t1, 0x08(t0)               # DeviceID: 2 はディスク
        li   t2, 2
        bne  t1, t2, 1f
        sw   zero, 0x70(t0)             # Status: リセット
        li   t1, 3
        sw   t1, 0x70(t0)               # ACKNOWLEDGE、DRIVER
        li   t1, 1
        sw   t1, 0x24(t0)               # DriverFeaturesSel: ビット 32 から
        sw   t1, 0x20(t0)               # DriverFeatures: VIRTIO_F_VERSION_1
        li   t1, 11
        sw   t1, 0x70(t0)               # FEATURES_OK
        sw   zero, 0x30(t0)             # QueueSel
        li   t1, 16
        sw   t1, 0x38(t0)               # QueueNum
        la   t1, descriptors
        sw   t1, 0x80(t0)
        la   t2, available
        sw   t2, 0x90(t0)
        sw   zero, 0(t2)
        la   t2, used
        sw   t2, 0xa0(t0)
        la   t2, header
        sw   t2, 0(t1)                  # 記述子 0: 要求
        la   t2, status
        sw   t2, 32(t1)                 # 記述子 2: 結果
        li   t1, 1
        sw   t1, 0x44(t0)               # QueueReady
        li   t1, 15
        sw   t1, 0x70(t0)               # DRIVER_OK
        li   a0, 1
1:      ret

        .balign 16
descriptors:
        .word 0, 0, 16
        .half 1, 1                      # NEXT
        .word 0, 0, 512
        .half 3, 2                      # NEXT、WRITE
        .word 0, 0, 1
        .half 2, 0                      # WRITE
        .fill 13 * 4, 4, 0
available:
        .fill 10, 4, 0                  # flags、idx、ring[16]、used_event
used:   .fill 34, 4, 0
header: .word 0, 0, 0, 0                # 読む、予約、セクター
status: .byte 255

        .balign 4
read:                                   # a0 番のセクターを a1 に読み、a0 に 0 (成功) を返す
        la   t0, header
        sw   a0, 8(t0)
        la   t0, descriptors
        sw   a1, 16(t0)                 # 記述子 1: 読んだものを置く場所
        la   t0, available
        lhu  t1, 2(t0)
        addi t1, t1, 1
        sh   t1, 2(t0)                  # 記述子 0 からの要求を、もう一つ
        li   t0, VIRTIO
        sw   zero, 0x50(t0)             # QueueNotify
        lbu  a0, status
        ret

        .balign 4
        .ascii "DEND"
end:
