"""The buttons of the workbench: what they are called, and their keys.

Left to others are F3, F5, F6, F7, F11 and F12 (browsers), Shift+F10 (context menu), Control with
Alt (VoiceOver), Control with F1 to F8 (macOS), and F1, F8 and F9 (the editor).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Action:
    """A button: the value that it sends, its label, its keys (aria-keyshortcuts), what it does."""

    name: str
    label: str
    keys: str
    what: str
    is_main: bool = True

    @property
    def shown_keys(self) -> str:
        """The keys as they are printed on a keyboard."""
        return self.keys.replace("Control", "Ctrl")


ACTIONS = (
    Action(
        "run",
        "▶ 実行",
        "Control+Enter",
        "次のブレークポイントか終わりまで、今いるところから実行します。"
        "終わりまで来ていたら、最初から実行し直します。",
    ),
    Action("step", "1 命令進める", "F10", "次の命令を一つ実行します。"),
    Action("back", "1 命令戻す", "F2", "直前の命令を取り消します。"),
    Action("reset", "最初に戻す", "Shift+F2", "最初の命令の前に戻ります。"),
    Action(
        "over",
        "呼び出しごと進める",
        "Control+F10",
        "次の命令を一つ実行します。関数の呼び出しなら、戻ってくるまで実行します。",
        is_main=False,
    ),
    Action(
        "out",
        "関数から出る",
        "Control+Shift+F10",
        "今いる関数 (またはトラップハンドラー) から戻るまで実行します。",
        is_main=False,
    ),
    Action(
        "reverse",
        "前のブレークポイントへ",
        "Control+Shift+Enter",
        "一つ前に通ったブレークポイントまで戻ります。なければ最初まで戻ります。",
        is_main=False,
    ),
)
MAIN_ACTIONS = tuple(action for action in ACTIONS if action.is_main)
OTHER_ACTIONS = tuple(action for action in ACTIONS if not action.is_main)
