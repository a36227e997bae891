"""QEMU's named x86 CPU models, and what of a host's flags a guest can see.

Data: ``data/cpu_models.toml`` (made by scripts/make_cpu_models.py) and ``data/guests.toml``.
"""

from dataclasses import dataclass
from functools import cache

from courseware.cpuinfo.knowledge import load

INTEL, AMD, HYGON = "GenuineIntel", "AuthenticAMD", "HygonGenuine"
VENDOR_NAMES = {INTEL: "Intel", AMD: "AMD", HYGON: "Hygon"}  # of libvirt's <vendor>
# Linux's names for speculation control say nothing of the maker; QEMU's do.
_FEATURES_OF = {
    INTEL: {"ibrs": "spec-ctrl", "stibp": "stibp", "ssbd": "ssbd"},
    AMD: {"ibrs": "ibrs", "ibpb": "ibpb", "stibp": "amd-stibp", "ssbd": "amd-ssbd"},
}


@dataclass(frozen=True)
class CpuModel:
    """A named model: CPUID vendor (empty for any), Linux's flags, QEMU's names of the unseen.

    ``cpus`` are (family, model) of the CPUs that it was made after, as /proc/cpuinfo has them.
    """

    name: str
    vendor: str
    flags: frozenset[str]
    unseen: frozenset[str]
    cpus: frozenset[tuple[str, str]]

    @property
    def nested(self) -> frozenset[str]:
        """Return QEMU's names of what the model has for guests that run guests."""
        seen = {feature(flag, self.vendor) for flag in self.flags & nested()}
        return frozenset(seen | (self.unseen & nested()))


@cache
def models() -> tuple[CpuModel, ...]:
    """Return all models, in the order of libvirt's index: within a maker, old to new."""
    return tuple(
        CpuModel(
            name,
            entry["vendor"],
            frozenset(entry["flags"].split()),
            frozenset(entry.get("unseen", "").split()),
            frozenset(_pair(number) for number in entry.get("cpus", "").split()),
        )
        for name, entry in load("cpu_models.toml")["models"].items()
    )


@cache
def machines() -> dict[str, str]:
    """Return QEMU's models of IBM Z by machine number, old to new."""
    return load("guests.toml")["machines"]


@cache
def offered() -> frozenset[str]:
    """Return the flags that a guest may be given: those of some model, and the guards."""
    named = frozenset().union(*(model.flags for model in models()))
    return (named | frozenset(guards())) - managed() - nested() - withheld()


@cache
def managed() -> frozenset[str]:
    """Return the flags that KVM or QEMU give to any guest."""
    return _names("managed")


@cache
def nested() -> frozenset[str]:
    """Return the flags for guests that run guests."""
    return _names("nested")


@cache
def withheld() -> frozenset[str]:
    """Return the flags of some old models that guests are given only when asked for."""
    return _names("withheld")


@cache
def transactional() -> frozenset[str]:
    """Return the flags of transactional memory."""
    return _names("transactional")


@cache
def control() -> frozenset[str]:
    """Return the flags of what a kernel switches on in control registers and page tables."""
    return _names("control")


@cache
def hints() -> frozenset[str]:
    """Return the flags of speed or behaviour: no instruction fails without them."""
    return _names("hints")


@cache
def made_by_guest() -> frozenset[str]:
    """Return the ARM features that each kernel, a guest's too, makes itself."""
    return _names("made_by_guest")


@cache
def by_microcode() -> frozenset[str]:
    """Return the guards that a microcode update may bring."""
    return _names("by_microcode")


@cache
def guards() -> dict[str, dict[str, str]]:
    """Return the flags that guard a guest's kernel, each with what it is, by language."""
    return load("guests.toml")["security"]


def feature(flag: str, vendor: str) -> str:
    """Return QEMU's name of a Linux flag on CPUs of a maker; empty when it has none."""
    family = AMD if vendor == HYGON else vendor
    if flag in ("ibrs", "ibpb", "stibp", "ssbd"):
        return _FEATURES_OF.get(family, {}).get(flag, "")
    return _features().get(flag, "")


def doubtful(vendor: str) -> frozenset[str]:
    """Return the flags of a maker's CPUs that QEMU has two features for; Linux does not tell which.

    AMD's SSBD is amd-ssbd from Zen 2 on, and virt-ssbd before.
    """
    return frozenset({"ssbd"}) if vendor in (AMD, HYGON) else frozenset()


def libvirt_name(name: str) -> str:
    """Return libvirt's name of a feature that QEMU calls ``name``."""
    return _libvirt_names().get(name, name)


@cache
def _libvirt_names() -> dict[str, str]:
    return load("cpu_models.toml")["libvirt_names"]


@cache
def _features() -> dict[str, str]:
    return {flag: name for name, flag in load("cpu_models.toml")["features"].items()}


def _pair(number: str) -> tuple[str, str]:
    family, _, model = number.partition(":")
    return family, model


def _names(table: str) -> frozenset[str]:
    return frozenset(load("guests.toml")[table].split())
