"""From a Question to its author's file: what ``parsing.parse_question`` reads.

What the format leaves to the author, as the order of keys or the placeholder of an option's
value, is written in one way; ``parse_question`` makes an equal question of it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import singledispatch
from itertools import pairwise
from typing import Any

import yaml

from courseware.grading.model import Question
from courseware.grading.programs.model import Block, Case, Check, ProgramTests
from courseware.grading.programs.parsing import ENDS
from courseware.grading.shell import Option as CommandOption
from courseware.grading.types.choice import ChoiceQuestion, Option
from courseware.grading.types.cloze import ClozeQuestion, Gap
from courseware.grading.types.command import CommandQuestion
from courseware.grading.types.cpuinfo import CpuinfoQuestion
from courseware.grading.types.hotspot import HotspotQuestion
from courseware.grading.types.machine import MachineQuestion
from courseware.grading.types.matching import MatchingQuestion
from courseware.grading.types.multiple import MultipleQuestion
from courseware.grading.types.numeric import NumericQuestion
from courseware.grading.types.ordering import OrderingQuestion
from courseware.grading.types.regions import Region
from courseware.grading.types.short_text import ShortTextQuestion
from courseware.grading.types.typed import known_to_json
from courseware.grading.types.verdict import VerdictQuestion
from courseware.grading.variants import Parameter, Value

VALUE = "VALUE"  # stands for what follows an option of a command
RANGE_FROM = 4  # values: fewer are listed


@dataclass(frozen=True)
class Own:
    """A kind's own part of a file: front matter keys, and the lines below the prompt."""

    meta: Mapping[str, Any]
    lines: Iterable[str] = ()


def to_source(question: Question) -> str:
    """Return the text of the file that describes a question (not of a variant of it)."""
    own = own_source(question)
    meta = {
        "id": question.id,
        "type": question.type_name,
        "lesson": question.lesson,
        "objective": question.objective,
        **({"points": question.points} if question.points != 1 else {}),
        **_variants(question),
        **own.meta,
    }
    front = yaml.dump(meta, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**6)
    listed = "\n".join(own.lines)
    parts = [question.prompt.markdown, *([listed] if listed else [])]
    body = "\n\n".join([*parts, f"## 解説\n{question.explanation.markdown}"])
    return f"---\n{front}---\n{body}\n"


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as such."""

    def ignore_aliases(self, data: Any) -> bool:
        """Return True: an author's file has no aliases."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def _variants(question: Question) -> dict[str, Any]:
    variants = question.variants
    parameters = {p.name: _choices(p) for p in variants.parameters}
    return {
        **({"parameters": parameters} if parameters else {}),
        **({"let": dict(variants.derived)} if variants.derived else {}),
    }


def _choices(parameter: Parameter) -> list[Any] | dict[str, Any]:
    values = [_plain(value) for value in parameter.choices]
    steps = {b - a for a, b in pairwise(values)} if _are_whole(values) else set()
    if len(values) >= RANGE_FROM and len(steps) == 1 and min(steps) > 0:
        step = steps.pop()
        shown = {"from": values[0], "to": values[-1]}
        return shown if step == 1 else {**shown, "step": step}
    return values


def _are_whole(values: Sequence[Any]) -> bool:
    return all(type(value) is int for value in values)


def _plain(value: Value) -> Any:
    if isinstance(value, str):
        return value
    return int(value) if value.denominator == 1 else float(value)


@singledispatch
def own_source(question: Question) -> Own:
    """Return a kind's own part of the file. Raises NotImplementedError for an unknown kind."""
    raise NotImplementedError(type(question).__name__)


def _items(items: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """Yield the lines of a list of (mark, text, feedback)."""
    for mark, text, feedback in items:
        first, *rest = text.split("\n")
        yield f"{mark}{first}"
        yield from (f"  {line}" for line in rest)
        yield from (f"  > {line}".rstrip() for line in feedback.split("\n") if feedback)


def _options(options: Iterable[Option]) -> Iterator[str]:
    return _items(
        (f"- [{'x' if o.correct else ' '}] ", o.text.markdown, o.feedback.markdown) for o in options
    )


@own_source.register
def _(question: ChoiceQuestion) -> Own:
    return Own({}, _options(question.options))


@own_source.register
def _(question: MultipleQuestion) -> Own:
    return Own({"scoring": question.scoring}, _options(question.options))


@own_source.register
def _(question: HotspotQuestion) -> Own:
    placed = zip(question.options, question.regions, strict=True)
    return Own(
        {"figure": question.figure},
        _items(
            (
                f"- [{'x' if option.correct else ' '}] ",
                f"{option.text.markdown} @ {_place(region)}",
                option.feedback.markdown,
            )
            for option, region in placed
        ),
    )


def _place(region: Region) -> str:
    numbers = (region.x, region.y, region.width, region.height)
    return " ".join(str(_plain(Fraction(number))) for number in numbers)


@own_source.register
def _(question: ShortTextQuestion) -> Own:
    return Own(
        {
            "accept": list(question.accept),
            **({"patterns": list(question.patterns)} if question.patterns else {}),
            **_feedback(known_to_json(question.known)),
        }
    )


def _feedback(known: list[dict[str, Any]]) -> dict[str, Any]:
    return {"feedback": known} if known else {}


@own_source.register
def _(question: CpuinfoQuestion) -> Own:
    return Own({"sample": question.sample, "ask": question.ask})


@own_source.register
def _(question: VerdictQuestion) -> Own:
    return Own({"scoring": question.scoring, "sample": question.sample, "ask": question.ask})


@own_source.register
def _(question: NumericQuestion) -> Own:
    known = (
        {
            **({"answer": _number(k.answer)} if k.answer else {"mistake": k.mistake}),
            "text": k.text.markdown,
        }
        for k in question.known
    )
    return Own(
        {
            "answer": _number(question.answer),
            **({"unit": question.unit} if question.unit else {}),
            **({"write_unit": True} if question.write_unit else {}),
            **({"tolerance": str(question.tolerance)} if question.tolerance.amount else {}),
            **_feedback(list(known)),
        }
    )


def _number(expression: str) -> int | str:
    """Return an expression that is a whole number as one: it needs no quotes then."""
    plain = expression.isascii() and expression.isdecimal() and str(int(expression)) == expression
    return int(expression) if plain else expression


@own_source.register
def _(question: CommandQuestion) -> Own:
    options = {
        " ".join(after): [_command_option(option) for option in declared]
        for after, declared in question.options.items()
    }
    return Own(
        {
            **({"sudo": "optional"} if question.optional_sudo else {}),
            "accept": list(question.accept),
            **({"options": options} if options else {}),
            **_feedback(known_to_json(question.known)),
        }
    )


def _command_option(option: CommandOption) -> str:
    shown = ", ".join(option.names) + (f" {VALUE}" if option.takes_value else "")
    return f"[{shown}]" if option.may_be_missing else shown


@own_source.register
def _(question: ClozeQuestion) -> Own:
    return Own({"scoring": question.scoring, "gaps": [_gap(gap) for gap in question.gaps]})


def _gap(gap: Gap) -> dict[str, Any]:
    answers: dict[str, Any] = {"accept": list(gap.accept)}
    if gap.choices:
        answers = {"choose": list(gap.choices), "answer": gap.accept[0]}
    return {
        **answers,
        **({"match_case": True} if gap.match_case else {}),
        **_feedback(known_to_json(gap.known)),
        **({"why": gap.why.markdown} if gap.why.markdown else {}),
    }


@own_source.register
def _(question: OrderingQuestion) -> Own:
    return Own(
        {"scoring": question.scoring},
        _items(
            (f"{number}. ", item.text.markdown, item.feedback.markdown)
            for number, item in enumerate(question.items, 1)
        ),
    )


@own_source.register
def _(question: MatchingQuestion) -> Own:
    return Own({"scoring": question.scoring}, _items(_pairs(question)))


def _pairs(question: MatchingQuestion) -> Iterator[tuple[str, str, str]]:
    """Yield pairs, and right sides without one where their numbers need them."""
    paired = {pair.right for pair in question.pairs}
    alone = [index for index in range(len(question.rights)) if index not in paired]
    for pair in question.pairs:
        while alone and alone[0] < pair.right:
            yield "- ", f"=> {question.rights[alone.pop(0)].markdown}", ""
        right = question.rights[pair.right].markdown
        yield "- ", f"{pair.left.markdown} => {right}", pair.feedback.markdown
    for index in alone:
        yield "- ", f"=> {question.rights[index].markdown}", ""


@own_source.register
def _(question: MachineQuestion) -> Own:
    return Own(
        {
            "scoring": question.scoring,
            "starter": question.starter,
            "solution": question.solution,
            "tests": _tests(question.tests),
        }
    )


def _tests(tests: ProgramTests) -> dict[str, Any]:
    """Return the author's data of tests that name no files: a question's never do."""
    first = tests.cases[0]
    return {
        **({"calls": first.call.function} if first.call else {}),
        **({"needs": list(first.setup.needs)} if first.setup.needs else {}),
        "cases": [_case(case) for case in tests.cases],
    }


def _case(case: Case) -> dict[str, Any]:
    setup, call = case.setup, case.call
    machine = _given(memory=setup.memory, console=setup.console, untrapped=list(setup.untrapped))
    called = (
        {
            **_given(arguments=list(call.arguments), blocks=_blocks(call.blocks)),
            **({} if call.returns is None else {"returns": call.returns}),
            **_given(after=_blocks(call.after)),
        }
        if call
        else {}
    )
    return {
        "name": case.name,
        **_given(shown=case.shown, machine=machine, define=dict(setup.define)),
        **_given(data=_blocks(setup.data)),
        "budget": case.budget,
        **called,
        **({} if call else _ends(case)),
        **_given(checks=[_check(check) for check in case.checks]),
    }


def _given(**values: Any) -> dict[str, Any]:
    """Return the values that say something."""
    return {key: value for key, value in values.items() if value}


def _ends(case: Case) -> dict[str, Any]:
    if len(case.ends) > 1:
        return {}  # as a program usually ends
    word = next(word for word, reason in ENDS.items() if reason == case.ends[0])
    return {"ends": f"{word} {case.exit_code}" if case.exit_code else word}


def _blocks(blocks: Mapping[str, Block]) -> dict[str, Any]:
    return {name: _block(block) for name, block in blocks.items()}


def _block(block: Block) -> dict[str, Any]:
    if block.unit == "text":
        return {"text": bytes(block.values).decode()}
    return {block.unit: list(block.values)}


def _check(check: Check) -> dict[str, Any]:
    if check.source == "output" and check.contents is not None:
        looked: dict[str, Any] = {"output": bytes(check.contents.values).decode()}
    else:
        of = list(check.of) if check.source == "share" else check.of[0]
        looked = {check.source: of, **_expected(check)}
    return {**looked, **_given(otherwise=check.otherwise)}


def _expected(check: Check) -> dict[str, Any]:
    if check.contents is not None:
        return _block(check.contents)
    if check.size:
        return {"same-as": check.same_as, "size": check.size}
    if check.counter:
        return {"count": check.counter, **_given(within=check.within)}
    if check.low is not None and check.low == check.high:
        return {"is": check.low}
    limits = {"at-least": check.low, "at-most": check.high}
    return {key: limit for key, limit in limits.items() if limit is not None}
