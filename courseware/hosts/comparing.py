"""The comparison page's work: rows of a form to hosts, and their comparison as shown."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from courseware.classes.models import User
from courseware.cpuinfo import sample
from courseware.cpuinfo.comparison import (
    MAX_HOSTS,
    MIN_HOSTS,
    ComparedHost,
    Comparison,
    Entry,
    Migration,
    Verdict,
    compare,
)
from courseware.cpuinfo.model import clip
from courseware.cpuinfo.parsing import parse_all
from courseware.cpuinfo.texts import say
from courseware.hosts.models import NAME_CHARACTERS, KeptHost
from courseware.hosts.services import Empty, Refused, TooLarge, limits

KEPT, SAMPLE = "kept", "sample"
# Shapes beside the words, so that no difference is in colour alone.
_SHAPES = {
    Verdict.SAFE: "✓",
    Verdict.WITH_MODEL: "◐",
    Verdict.SAME_ONLY: "◐",
    Verdict.UNSAFE: "✕",
    Verdict.UNKNOWN: "?",
}


@dataclass(frozen=True)
class Row:
    """One host's fields of the form: its label, and one of a text, a file and a choice.

    ``choice`` is "sample:KEY" or "kept:ID", or empty.
    """

    number: int
    label: str = ""
    text: str = ""
    choice: str = ""
    file: UploadedFile | None = None

    @property
    def sources(self) -> int:
        """Return how many of the three ways to give a host are used."""
        return bool(self.text.strip()) + bool(self.choice) + bool(self.file)


@dataclass(frozen=True)
class Step:
    """One direction with its verdict in a word and a shape."""

    move: Migration
    source: str
    target: str
    word: str
    shape: str


@dataclass(frozen=True)
class SourceCard:
    """A host with what it loses and where its guests can go."""

    item: ComparedHost
    steps: tuple[Step | None, ...]  # in the hosts' order; None for the host itself


@dataclass(frozen=True)
class ComparisonCard:
    """Everything that the page shows of a comparison."""

    comparison: Comparison
    hosts: tuple[SourceCard, ...]

    @property
    def explained(self) -> bool:
        """Say whether every flag that is listed has a page: x86's do."""
        return all(row.item.host.family == "x86" for row in self.hosts)

    @property
    def leveled(self) -> bool:
        """Say whether x86-64's levels say something of some host."""
        return any(row.item.host.family == "x86" for row in self.hosts)


def rows(data: Mapping[str, str], files: Mapping[str, UploadedFile], count: int) -> list[Row]:
    """Return the rows of a posted form."""
    return [
        Row(
            number,
            " ".join(data.get(f"label-{number}", "").split()),
            data.get(f"text-{number}", "").replace("\r\n", "\n"),
            data.get(f"choice-{number}", ""),
            files.get(f"file-{number}") or None,
        )
        for number in range(1, count + 1)
    ]


def compare_rows(given: Iterable[Row], owner: User | None) -> ComparisonCard:
    """Return the comparison of the rows that are filled in.

    ``owner`` is the account whose kept hosts may be chosen. Raises Empty, TooLarge or Refused
    with a Japanese message that names the row.
    """
    used = [row for row in given if row.sources]
    for row in used:
        if row.sources > 1:
            raise Refused(
                f"ホスト {row.number}: 本文、ファイル、選択のうち、一つだけを使ってください。"
            )
        if len(row.label) > NAME_CHARACTERS:
            raise Refused(
                f"ホスト {row.number}: 名前は {NAME_CHARACTERS} 文字以内で入力してください。"
            )
    kept = _kept(used, owner)
    texts = [(row, *_text(row, kept)) for row in used]
    _check_sizes(texts)
    entries = [entry for row, name, text in texts for entry in _entries(row, name, text)]
    if len(entries) < MIN_HOSTS:
        raise Empty(f"比べるホストを {MIN_HOSTS} 台以上、入力するか選ぶかしてください。")
    if len(entries) > MAX_HOSTS:
        raise Refused(f"比べられるのは {MAX_HOSTS} 台までです (今は {len(entries)} 台)。")
    return card(compare(entries))


def card(comparison: Comparison) -> ComparisonCard:
    """Return the card of a comparison."""
    labels = [item.label for item in comparison.hosts]
    places = range(len(labels))
    steps = {
        (move.source, move.target): Step(
            move,
            labels[move.source],
            labels[move.target],
            say(f"comparison.verdict_{move.verdict}"),
            _SHAPES[move.verdict],
        )
        for move in comparison.migrations
    }
    return ComparisonCard(
        comparison,
        tuple(
            SourceCard(item, tuple(steps.get((here, there)) for there in places))
            for here, item in enumerate(comparison.hosts)
        ),
    )


def _entries(row: Row, name: str, text: str | bytes) -> Iterator[Entry]:
    """Yield the row's host, or each host of a text of several machines."""
    # One more than can be compared, so that none is left out without a word.
    hosts = parse_all(text, replace(limits(), max_machines=MAX_HOSTS + 1))
    if hosts[0].empty:
        raise Empty(f"ホスト {row.number}: 本文が空です。")
    label = clip(row.label or name)
    for number, host in enumerate(hosts, start=1):
        yield Entry(label if len(hosts) == 1 else f"{label} ({number})", host)


def _kept(used: list[Row], owner: User | None) -> dict[str, KeptHost]:
    """Return the chosen kept hosts by their choice (one query); another's are not found."""
    keys: list[UUID] = []
    for row in used:
        kind, _, key = row.choice.partition(":")
        if kind == KEPT:
            try:
                keys.append(UUID(key))
            except ValueError:
                continue
    if not keys or owner is None:
        return {}
    found = KeptHost.objects.filter(owner=owner, pk__in=keys)
    return {f"{KEPT}:{host.pk}": host for host in found}


def _text(row: Row, kept: dict[str, KeptHost]) -> tuple[str, str | bytes]:
    """Return the row's name when it has no label, and its text."""
    if row.file:
        return row.file.name or f"ホスト {row.number}", row.file.read()
    if not row.choice:
        return f"ホスト {row.number}", row.text
    kind, _, key = row.choice.partition(":")
    example = sample(key) if kind == SAMPLE else None
    if example:
        return example.label, example.text
    if row.choice in kept:
        return kept[row.choice].name, kept[row.choice].text
    raise Refused(f"ホスト {row.number}: 選んだものが見つかりません。選び直してください。")


def _check_sizes(texts: list[tuple[Row, str, str | bytes]]) -> None:
    total = 0
    for row, _, text in texts:
        size = len(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
        total += size
        if size > limits().max_bytes:
            raise TooLarge(
                f"ホスト {row.number} の本文が大きすぎます ({size:,} バイト)。"
                f"上限は {limits().max_bytes:,} バイトです。"
                "最初の空行までの部分があれば、比べられます。"
            )
    if total > settings.CPUINFO_COMPARE_MAX_BYTES:
        raise TooLarge(
            f"本文が合わせて {total:,} バイトあります。"
            f"上限は {settings.CPUINFO_COMPARE_MAX_BYTES:,} バイトです。"
            "それぞれ最初の空行までの部分があれば、比べられます。"
        )
