"""A comparison as plain text, for a terminal."""

from collections.abc import Iterator

from courseware.cpuinfo.comparison.comparing import ComparedHost, Comparison
from courseware.cpuinfo.comparison.recommending import Recommendation
from courseware.cpuinfo.texts import DEFAULT_LANGUAGE, listing, say, speaking


def as_text(comparison: Comparison, language: str = DEFAULT_LANGUAGE) -> str:
    """Return the comparison as lines of text, what to do first."""
    with speaking(language):
        return "\n".join(_lines(comparison)) + "\n"


def _lines(comparison: Comparison) -> Iterator[str]:
    hosts = comparison.hosts
    yield f"■ {say('comparison.title_hosts')}"
    yield from (f"  {_host(item)}" for item in hosts)
    yield f"\n■ {say('comparison.title_setting')}"
    if comparison.recommendation:
        yield from _setting(comparison.recommendation)
    else:
        yield f"  {comparison.obstacle}"
    yield f"\n■ {say('comparison.title_migrations')}"
    for move in comparison.migrations:
        verdict = say(f"comparison.verdict_{move.verdict}")
        yield f"  {hosts[move.source].label} → {hosts[move.target].label}: [{verdict}]"
        yield from (f"    {reason}" for reason in move.reasons)
    yield f"\n■ {say('comparison.title_baseline', count=len(comparison.baseline))}"
    yield f"  {' '.join(comparison.baseline) or '-'}"
    for item in hosts:
        yield f"\n■ {_losses_title(item)}"
        yield from (f"  - {doubt}" for doubt in item.doubts)
        yield from (f"  {loss.flag}: {loss.reason}" for loss in item.losses)
    yield f"\n■ {say('comparison.title_notes')}"
    yield from (f"  - {note}" for note in comparison.notes)


def _losses_title(item: ComparedHost) -> str:
    key = "title_losses_sure" if item.doubts else "title_losses"
    return say(f"comparison.{key}", host=item.label, count=len(item.losses))


def _host(item: ComparedHost) -> str:
    name = item.host.model_name.value or "-"
    return say("comparison.host_line", label=item.label, name=name, kind=_kind(item))


def _kind(item: ComparedHost) -> str:
    """Return the level of a 64-bit x86 host, and of others the architecture."""
    level = item.x86_64_level.value
    if level:
        return f"x86-64-v{level}"
    architecture = item.host.architecture.value or "-"
    if architecture == "x86_64":
        return say("comparison.level_untold")
    return architecture


def _setting(setting: Recommendation) -> Iterator[str]:
    yield f"  QEMU: {setting.command}"
    yield "  libvirt:"
    yield from (f"    {line}" for line in setting.xml.splitlines())
    if setting.proxmox_line:
        yield f"  Proxmox VE: {setting.proxmox_line}"
    if setting.proxmox:
        yield "    /etc/pve/virtual-guest/cpu-models.conf:"
        yield from (f"      {line}" for line in setting.proxmox.splitlines())
    for removal in setting.removed:
        line = say("comparison.removed", feature=removal.feature, reason=removal.reason)
        yield f"  {line}"
    if setting.unseen:
        yield f"  {say('comparison.unseen', names=listing(list(setting.unseen)))}"
