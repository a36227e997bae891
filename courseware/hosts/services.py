"""What the pages do: a text in, a report card out. Nothing is stored."""

from django.conf import settings

from courseware.cpuinfo import Limits, Sample, parse, parse_all, report
from courseware.hosts.cards import ReportCard, card, cards

REMEDY = (
    "論理 CPU の多いマシンでも、最初の空行までの部分があれば、フラグと仮想化については"
    "調べられます。"
)


class Refused(ValueError):
    """A text that gets no report. Its message (Japanese) says what to do."""


class Empty(Refused):
    """There is nothing to read."""


class TooLarge(Refused):
    """The text, the file or the whole request is over its limit."""


def limits() -> Limits:
    """Return how much of a text is read; the pages tell it before use."""
    return Limits(max_bytes=settings.CPUINFO_MAX_BYTES)


def analyse_text(text: str) -> ReportCard:
    """Return the report on a pasted text. Raises Empty or TooLarge."""
    size = len(text.encode("utf-8", "surrogatepass"))
    return _analyse(text, "貼り付けた本文", size)


def analyse_file(raw: bytes, name: str) -> ReportCard:
    """Return the report on an uploaded file. Raises Empty or TooLarge."""
    return _analyse(raw, f"ファイル「{name}」", len(raw))


def analyse_sample(sample: Sample) -> ReportCard:
    """Return the report on one of the samples."""
    return card(report(parse(sample.text)), f"見本「{sample.label}」")


def analyse_stored(text: str, source: str) -> ReportCard:
    """Return the report on a text that was stored within the limits."""
    return cards([report(host) for host in parse_all(text, limits())], source)


def unread() -> TooLarge:
    """Return the refusal of a request whose body was too large to be read."""
    return TooLarge(
        "送られた内容が大きすぎるため、読まずに止めました。"
        f"一度に送れるのは {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} バイトまでです。{REMEDY}"
    )


def _analyse(raw: str | bytes, source: str, size: int) -> ReportCard:
    maximum = limits().max_bytes
    if size > maximum:
        raise TooLarge(
            f"{source}が大きすぎます ({size:,} バイト)。上限は {maximum:,} バイトです。{REMEDY}"
        )
    hosts = parse_all(raw, limits())
    if hosts[0].empty:
        raise Empty(
            f"{source}が空です。調べたいマシンで cat /proc/cpuinfo を実行し、"
            "表示された全体を使ってください。"
        )
    return cards([report(host) for host in hosts], source)
