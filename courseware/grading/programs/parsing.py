"""From an author's data to the tests of a program."""

from collections.abc import Sequence
from typing import Any

from courseware.grading.errors import QuestionError, QuestionProblem
from courseware.grading.programs.model import MAX_INSTRUCTIONS, SIZES, Block, Case, ProgramTests

MAX_CASES = 40
MAX_ARGUMENTS = 8  # a0 to a7
MAX_BLOCK_BYTES = 32 * 1024  # of all blocks of a case together


def parse_tests(data: Any, case_lines: Sequence[int]) -> ProgramTests:
    """Return the tests that an author's data describes; ``case_lines`` are its cases' lines.

    Raises QuestionError with every problem.
    """
    if not isinstance(data, dict) or set(data) != {"calls", "cases"}:
        raise QuestionError(
            [
                QuestionProblem(
                    1, 1, "「calls」(関数のラベル) と「cases」(テストの一覧) が必要です。"
                )
            ]
        )
    cases = data["cases"]
    if not isinstance(cases, list) or not 1 <= len(cases) <= MAX_CASES:
        raise QuestionError(
            [QuestionProblem(1, 1, f"「cases」には 1 個から {MAX_CASES} 個のテストが必要です。")]
        )
    problems: list[QuestionProblem] = []
    read: list[Case] = []
    for line, case in zip(case_lines, cases, strict=True):
        try:
            read.append(_read_case(case))
        except ValueError as error:
            problems.append(QuestionProblem(line, 1, str(error)))
    if not isinstance(data["calls"], str):
        problems.append(QuestionProblem(1, 1, "「calls」には関数のラベルを書いてください。"))
    if not any(isinstance(case, dict) and case.get("shown") for case in cases):
        problems.append(QuestionProblem(1, 1, "「shown: true」のテストが一つは必要です。"))
    if problems:
        raise QuestionError(problems)
    return ProgramTests(data["calls"], tuple(read))


CASE_KEYS = {"name", "shown", "arguments", "returns", "blocks", "after", "max_instructions"}


def _read_case(data: Any) -> Case:
    """Return a case. Raises ValueError with a Japanese message."""
    if not isinstance(data, dict) or not set(data) <= CASE_KEYS:
        raise ValueError(f"テストに書ける項目: {'、'.join(sorted(CASE_KEYS))}")
    blocks = _read_blocks(data.get("blocks", {}))
    after = _read_blocks(data.get("after", {}))
    arguments = data.get("arguments", [])
    name, returns = data.get("name"), data.get("returns")
    limit = data.get("max_instructions", MAX_INSTRUCTIONS)
    if not isinstance(name, str) or not name.strip():
        raise ValueError("テストの「name」(受講者に見せる名前) がありません。")
    if not isinstance(arguments, list) or len(arguments) > MAX_ARGUMENTS:
        raise ValueError(f"「arguments」は {MAX_ARGUMENTS} 個までの一覧です。")
    for argument in arguments:
        if not (_is_word(argument) or (isinstance(argument, str) and argument in blocks)):
            raise ValueError(
                f"引数「{argument}」は 32 ビットの整数でも「blocks」の名前でもありません。"
            )
    if returns is not None and not _is_word(returns):
        raise ValueError("「returns」には 32 ビットの整数を書いてください。")
    if returns is None and not after:
        raise ValueError("「returns」か「after」で、期待する結果を書いてください。")
    size = sum(len(block.data) for block in blocks.values())
    if size > MAX_BLOCK_BYTES:
        raise ValueError(
            f"「blocks」は合わせて {MAX_BLOCK_BYTES:,} バイトまでです (今は {size:,} バイト)。"
        )
    for key, block in after.items():
        if key not in blocks or len(blocks[key].data) != len(block.data):
            raise ValueError(f"「after」の {key} は「blocks」に同じ大きさで書いてください。")
    if type(limit) is not int or not 1 <= limit <= MAX_INSTRUCTIONS:
        raise ValueError(f"「max_instructions」は 1 から {MAX_INSTRUCTIONS:,} までの整数です。")
    return Case(name, data.get("shown") is True, tuple(arguments), returns, blocks, after, limit)


def _read_blocks(data: Any) -> dict[str, Block]:
    if not isinstance(data, dict):
        raise ValueError("「blocks」と「after」は「名前: {words: [数, …]}」の形で書いてください。")
    blocks = {}
    for name, block in data.items():
        if not isinstance(block, dict) or len(block) != 1 or not set(block) <= set(SIZES):
            raise ValueError(
                f"{name} は {{words、halves、bytes のどれか: [数, …]}} で書いてください。"
            )
        ((unit, values),) = block.items()
        bits = 8 * SIZES[unit]
        if not isinstance(values, list) or not all(
            type(value) is int and -(1 << bits - 1) <= value < 1 << bits for value in values
        ):
            raise ValueError(f"{name} の {unit} には {bits} ビットに収まる整数を並べてください。")
        blocks[str(name)] = Block(unit, tuple(values))
    return blocks


def _is_word(value: Any) -> bool:
    return type(value) is int and -(1 << 31) <= value < 1 << 32
