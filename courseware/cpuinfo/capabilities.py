"""The XML of ``virsh capabilities``, given instead of /proc/cpuinfo.

Elements: libvirt's documentation of the capabilities XML (formatcaps). Of the CPU's features it
lists only those that the CPU model has not; names: libvirt src/cpu_map.
"""

from xml.sax import SAXException, SAXParseException, handler
from xml.sax.xmlreader import AttributesImpl, Locator

from defusedxml import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from courseware.cpuinfo.knowledge import load
from courseware.cpuinfo.model import (
    Certainty,
    CoreType,
    Evidence,
    Fact,
    FlagSet,
    Host,
    Limits,
    clip,
    unknown,
)
from courseware.cpuinfo.readers import x86
from courseware.cpuinfo.readers.base import number
from courseware.cpuinfo.readers.lscpu import family_of
from courseware.cpuinfo.texts import say

_LINES_LOOKED_AT = 40
_VENDOR_IDS = {"Intel": "GenuineIntel", "AMD": "AuthenticAMD", "Hygon": "HygonGenuine"}
# libvirt's names for what the kernel prints otherwise.
_NAMES = {
    "sse4.1": "sse4_1",
    "sse4.2": "sse4_2",
    "pclmuldq": "pclmulqdq",
    "invtsc": "nonstop_tsc",
    "avx512-vpopcntdq": "avx512_vpopcntdq",
    "vmx-ept": "ept",
    "vmx-vpid": "vpid",
    "vmx-unrestricted-guest": "unrestricted_guest",
    "nrip-save": "nrip_save",
    "npt": "npt",
    "rtm": "rtm",
}
_TEXTS_READ = frozenset({"arch", "model", "vendor"})
_HOST_CPU = ("capabilities", "host", "cpu")


def is_in(lines: list[str]) -> bool:
    """Say whether the text is, or holds near its beginning, capabilities XML."""
    return any("<capabilities" in line for line in lines[:_LINES_LOOKED_AT])


def read(lines: list[str], limits: Limits) -> Host:
    """Return the host that the XML describes; of broken XML, what stands before the break."""
    start = next(n for n, line in enumerate(lines) if "<capabilities" in line)
    parser = DefusedExpatParser()
    found = _Elements(start, parser)
    parser.setContentHandler(found)
    warnings = [say("reading.is_virsh")]
    try:
        first = lines[start][lines[start].index("<capabilities") :]
        for line in (first, *lines[start + 1 :]):
            parser.feed(line + "\n")
            if found.is_complete:
                break
        else:
            parser.close()
    except SAXParseException as error:
        number_of_line = (error.getLineNumber() or 1) + start
        warnings.append(say("reading.virsh_broken", line=number_of_line))
    except (SAXException, DefusedXmlException):
        warnings.append(say("reading.virsh_broken", line=start + 1))
    return found.host(tuple(warnings))


class _Elements(handler.ContentHandler):
    """Collects what a report needs, with its line. UUIDs and addresses are not looked at."""

    def __init__(self, start: int, locator: Locator) -> None:
        super().__init__()
        self.is_complete = False
        self._start = start
        self._locator = locator
        self._path: list[str] = []
        self._words: list[str] = []
        self._texts: dict[str, tuple[str, Evidence]] = {}
        self._features: dict[str, Evidence] = {}
        self._topology: tuple[dict[str, str], Evidence] | None = None
        self._cells = 0
        self._cells_evidence: Evidence | None = None
        self._iommu: Fact[bool] = unknown()
        self._kvm: Fact[bool] = unknown()
        self._guest_arch = ""

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        self._path.append(name)
        self._words = []
        path = tuple(self._path)
        if path == (*_HOST_CPU, "feature") and "name" in attrs:
            self._features.setdefault(attrs["name"], self._evidence(f"feature {attrs['name']}"))
        elif path == (*_HOST_CPU, "topology"):
            shown = " ".join(f"{key}={value}" for key, value in attrs.items())
            self._topology = dict(attrs.items()), self._evidence(f"topology {shown}")
        elif name == "cpus" and "cell" in path:
            self._cells += number(attrs.get("num", "")) or 0
            self._cells_evidence = self._cells_evidence or self._evidence("cpus")
        elif path == ("capabilities", "host", "iommu"):
            has = attrs.get("support") == "yes"
            evidence = self._evidence(f"iommu support={attrs.get('support', '')}")
            self._iommu = Fact(has, Certainty.READ, (evidence,))
        elif name == "arch" and path[:2] == ("capabilities", "guest"):
            self._guest_arch = attrs.get("name", "")
        elif name == "domain" and attrs.get("type") == "kvm" and self._is_hosts_own():
            self._kvm = Fact(True, Certainty.READ, (self._evidence("domain type=kvm"),))

    def characters(self, content: str) -> None:
        self._words.append(content)

    def endElement(self, name: str) -> None:
        if tuple(self._path[:-1]) == _HOST_CPU and name in _TEXTS_READ:
            words = clip("".join(self._words).strip())
            self._texts.setdefault(name, (words, self._evidence(f"{name} {words}")))
        self.is_complete = name == "capabilities"
        self._path.pop()
        self._words = []

    def _is_hosts_own(self) -> bool:
        own = self._texts.get("arch", ("", None))[0]
        return bool(own) and family_of(self._guest_arch) == family_of(own)

    def _evidence(self, text: str) -> Evidence:
        return Evidence(self._start + (self._locator.getLineNumber() or 1), clip(text))

    def host(self, warnings: tuple[str, ...]) -> Host:
        """Return what was collected, as a host."""
        vendor = self._texts.get("vendor", ("", None))[0]
        model = self._fact("model", say("reading.virsh_model"))
        architecture = self._fact("arch", say("reading.virsh_arch"))
        flags = self._flags()
        sockets, cores, threads = self._numbers()
        return Host(
            family=family_of(architecture.value or ""),
            source="virsh",
            empty=False,
            architecture=architecture,
            vendor=self._fact("vendor", ""),
            vendor_id=_VENDOR_IDS.get(vendor, vendor),
            model_name=model,
            hypervisor=x86.hypervisor(flags),
            kvm=self._kvm,
            iommu=self._iommu,
            sockets=sockets,
            cores=cores,
            threads=threads,
            smt=self._smt(),
            core_types=(CoreType(model.value, threads.value, model.evidence[0]),)
            if model.value and threads.value
            else (),
            heterogeneous=unknown(say("reading.no_differences_shown")),
            flags=flags,
            warnings=warnings,
        )

    def _fact(self, name: str, note: str) -> Fact[str]:
        found = self._texts.get(name)
        if found is None or not found[0]:
            return unknown()
        return Fact(found[0], Certainty.READ, (found[1],), note)

    def _flags(self) -> FlagSet:
        """Return the features and the model's flags under the kernel's names.

        They are never all that the CPU has.
        """
        features = tuple(_NAMES.get(name, name.replace("-", "_")) for name in self._features)
        model, evidence = self._texts.get("model", ("", None))
        known = load("cpu_models.toml")["models"].get(model)
        of_model = tuple(known["flags"].split()) if known else ()
        names = tuple(dict.fromkeys((*features, *of_model)))
        if not names:
            return FlagSet()
        implied = None
        if of_model and evidence:
            implied = FlagSet(frozenset(of_model), order=of_model, key="model", line=evidence.line)
        lines = [found.line for found in (*self._features.values(), evidence) if found]
        return FlagSet(frozenset(names), frozenset(), names, "feature", lines[0], False, implied)

    def _numbers(self) -> tuple[Fact[int], Fact[int], Fact[int]]:
        """Return sockets, cores and logical CPUs."""
        if self._topology is None:
            return unknown(), unknown(), unknown()
        attributes, evidence = self._topology
        counts = {key: number(attributes.get(key, "1")) for key in _TOPOLOGY}
        if not all(counts.values()):
            return unknown(), unknown(), unknown()
        parts = {key: count or 1 for key, count in counts.items()}
        note = say("reading.virsh_topology")
        # libvirt counts the sockets of one NUMA node.
        per_node = parts["sockets"] * parts["dies"] * parts["clusters"] * parts["cores"]
        nodes = max(1, self._cells // (per_node * parts["threads"]))
        return (
            Fact(parts["sockets"] * nodes, Certainty.DERIVED, (evidence,), note),
            Fact(per_node * nodes, Certainty.DERIVED, (evidence,), note),
            Fact(
                self._cells or per_node * parts["threads"],
                Certainty.DERIVED,
                (self._cells_evidence or evidence,),
                say("reading.virsh_threads"),
            ),
        )

    def _smt(self) -> Fact[bool]:
        if self._topology is None:
            return unknown()
        attributes, evidence = self._topology
        threads = number(attributes.get("threads", ""))
        if threads is None:
            return unknown()
        note = say("reading.virsh_topology")
        return Fact(threads > 1, Certainty.DERIVED, (evidence,), note)


_TOPOLOGY = ("sockets", "dies", "clusters", "cores", "threads")
