"""From an author's data to one check."""

from collections.abc import Collection, Mapping
from typing import Any

from courseware.grading.programs.model import SIZES, Block, Check

MAX_TEXT_BYTES = 8 * 1024
MAX_SAME_BYTES = 1 << 20
_SOURCES = ("output", "register", "csr", "memory", "count", "share", "disk")
_LIMITS = ("is", "at-least", "at-most")


def read_check(
    data: Any, registers: Collection[str], csrs: Collection[str], counters: Collection[str]
) -> Check:
    """Return a check. Raises ValueError with a Japanese message."""
    # A memory check may compare with a counter: "memory" is then what is looked at.
    found = [key for key in _SOURCES if isinstance(data, dict) and key in data]
    if not found or (len(found) > 1 and found != ["memory", "count"]):
        raise ValueError(f"「checks」の一つには、{'、'.join(_SOURCES)} のどれか一つを書きます。")
    source, rest = found[0], {key: data[key] for key in data if key != found[0]}
    otherwise = rest.pop("otherwise", "")
    if not isinstance(otherwise, str):
        raise ValueError("「otherwise」には、合わないときに見せる文を書いてください。")
    of = _read_of(source, data[source], {"register": registers, "csr": csrs, "count": counters})
    if source == "output":
        if rest:
            raise ValueError(_unknown(rest))
        return Check(source, contents=Block.of_text(data[source]), otherwise=otherwise)
    return Check(source, of, **_read_expected(source, rest, counters), otherwise=otherwise)


def _read_of(
    source: str, value: Any, names: Mapping[str, Collection[str]]
) -> tuple[str | int, ...]:
    if source == "output":
        if not isinstance(value, str) or len(value.encode()) > MAX_TEXT_BYTES:
            raise ValueError(f"「output」は {MAX_TEXT_BYTES:,} バイトまでの文字列です。")
        return ()
    if source in names:
        if value not in names[source]:
            raise ValueError(f"「{source}: {value}」という名前はありません。")
        return (value,)
    if source == "share":
        if not isinstance(value, list) or len(value) < 2 or not all(map(_is_place, value)):
            raise ValueError("「share」には、二つ以上のラベルの一覧を書いてください。")
        return tuple(value)
    if source == "disk":
        if not is_integer(value, 0, 1 << 30):
            raise ValueError("「disk」には、先頭からのバイト数を書いてください。")
        return (value,)
    if not _is_place(value):
        raise ValueError("「memory」には、ラベル (label、part.label、label+8) か番地を書きます。")
    return (value,)


def _read_expected(source: str, rest: dict[str, Any], counters: Collection[str]) -> dict[str, Any]:
    """Return the members of the check that say what is expected."""
    keys = set(rest)
    if len(keys) == 1 and keys <= set(SIZES) and source in ("memory", "disk"):
        return {"contents": read_block(source, rest)}
    if source == "memory" and keys == {"same-as", "size"}:
        if not _is_place(rest["same-as"]) or not is_integer(rest["size"], 1, MAX_SAME_BYTES):
            raise ValueError("「same-as」にはラベルか番地を、「size」にはバイト数を書きます。")
        return {"same_as": rest["same-as"], "size": rest["size"]}
    if source == "memory" and "count" in keys and keys <= {"count", "within"}:
        within = rest.get("within", 0)
        if rest["count"] not in counters or not is_integer(within, 0, 1 << 31):
            raise ValueError("「count」には数えるものの名前を、「within」には許す差を書きます。")
        return {"counter": rest["count"], "within": within}
    if source != "disk" and keys and keys <= set(_LIMITS):
        return _read_limits(rest)
    raise ValueError(_unknown(rest))


def _read_limits(rest: Mapping[str, Any]) -> dict[str, Any]:
    if not all(map(is_word, rest.values())):
        raise ValueError(f"{'、'.join(_LIMITS)} には 32 ビットの整数を書いてください。")
    values = {key: value & 0xFFFF_FFFF for key, value in rest.items()}
    if "is" in values:
        if len(values) > 1:
            raise ValueError("「is」と「at-least」「at-most」は、一緒には書けません。")
        return {"low": values["is"], "high": values["is"]}
    return {"low": values.get("at-least"), "high": values.get("at-most")}


def _unknown(rest: Mapping[str, Any]) -> str:
    keys = "、".join(map(str, rest)) or "なし"
    return (
        f"何と比べるかが読めません (今は {keys})。is、at-least、at-most、words、halves、bytes、"
        "text、same-as と size、count と within のうち、その項目に合うものを書いてください。"
    )


def read_block(name: str, data: Any) -> Block:
    """Return contents of memory. Raises ValueError with a Japanese message."""
    if not isinstance(data, dict) or len(data) != 1 or not set(data) <= set(SIZES):
        raise ValueError(
            f"{name} は {{words、halves、bytes のどれか: [数, …]}} か {{text: 文字列}} で書きます。"
        )
    ((unit, values),) = data.items()
    if unit == "text":
        if not isinstance(values, str):
            raise ValueError(f"{name} の text には文字列を書いてください。")
        return Block.of_text(values)
    bits = 8 * SIZES[unit]
    if not isinstance(values, list) or not all(
        is_integer(value, -(1 << bits - 1), (1 << bits) - 1) for value in values
    ):
        raise ValueError(f"{name} の {unit} には {bits} ビットに収まる整数を並べてください。")
    return Block(unit, tuple(values))


def _is_place(value: Any) -> bool:
    if isinstance(value, str):
        label, plus, offset = value.partition("+")
        return bool(label) and (not plus or _is_number(offset))
    return is_integer(value, 0, 0xFFFF_FFFF)


def _is_number(text: str) -> bool:
    try:
        return 0 <= int(text, 0) < 1 << 32
    except ValueError:
        return False


def is_integer(value: Any, low: int, high: int) -> bool:
    """Say whether a value is a whole number (and no bool) between low and high."""
    return type(value) is int and low <= value <= high


def is_word(value: Any) -> bool:
    """Say whether a value is a number of 32 bits, signed or unsigned."""
    return is_integer(value, -(1 << 31), (1 << 32) - 1)
