"""Texts of well-known CPUs for the tests of comparisons: identification and flags."""

INTEL_BASE = (
    "fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush dts acpi mmx"
    " fxsr sse sse2 ss ht tm pbe syscall nx pdpe1gb rdtscp lm constant_tsc arch_perfmon pebs bts"
    " rep_good nopl xtopology nonstop_tsc cpuid aperfmperf pni pclmulqdq dtes64 monitor ds_cpl vmx"
    " smx est tm2 ssse3 sdbg fma cx16 xtpr pdcm pcid dca sse4_1 sse4_2 x2apic movbe popcnt"
    " tsc_deadline_timer aes xsave avx f16c rdrand lahf_lm abm cpuid_fault epb pti tpr_shadow"
    " flexpriority ept vpid ept_ad fsgsbase tsc_adjust bmi1 avx2 smep bmi2 erms invpcid cqm"
    " xsaveopt cqm_llc cqm_occup_llc dtherm ida arat pln pts vnmi"
)
MITIGATIONS = " ssbd ibrs ibpb stibp md_clear flush_l1d"
SKYLAKE_SERVER = (
    INTEL_BASE
    + MITIGATIONS
    + " 3dnowprefetch hle rtm rdt_a avx512f avx512dq rdseed adx smap clflushopt clwb intel_pt"
    " avx512cd avx512bw avx512vl xsavec xgetbv1 xsaves cqm_mbm_total cqm_mbm_local pku ospke"
)
# As with microcode against TAA: hle and rtm are off.
CASCADE_LAKE = (
    SKYLAKE_SERVER.replace(" hle rtm", "").replace(" pti", "")
    + " avx512_vnni arch_capabilities ibrs_enhanced"
)
AMD_BASE = (
    "fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse"
    " sse2 ht syscall nx mmxext fxsr_opt pdpe1gb rdtscp lm constant_tsc rep_good nopl nonstop_tsc"
    " cpuid extd_apicid aperfmperf pni pclmulqdq monitor ssse3 fma cx16 sse4_1 sse4_2 movbe popcnt"
    " aes xsave avx f16c rdrand lahf_lm cmp_legacy svm extapic cr8_legacy abm sse4a misalignsse"
    " 3dnowprefetch osvw ibs skinit wdt tce topoext perfctr_core perfctr_nb bpext perfctr_llc"
    " mwaitx cpb hw_pstate ssbd ibpb vmmcall fsgsbase bmi1 avx2 smep bmi2 cqm rdt_a rdseed adx smap"
    " clflushopt sha_ni xsaveopt xsavec xgetbv1 xsaves clzero irperf xsaveerptr arat npt lbrv"
    " svm_lock nrip_save tsc_scale vmcb_clean flushbyasid decodeassists pausefilter pfthreshold"
    " avic v_vmsave_vmload vgif overflow_recov succor smca"
)
ZEN2 = AMD_BASE + " x2apic ibrs stibp clwb wbnoinvd umip rdpid"
ZEN3 = ZEN2 + " pcid invpcid erms fsrm vaes vpclmulqdq pku ospke"

FLAGS = {
    "haswell": ("GenuineIntel", 6, 63, 2, INTEL_BASE + MITIGATIONS),
    "haswell-old-microcode": ("GenuineIntel", 6, 63, 2, INTEL_BASE),
    "skylake": ("GenuineIntel", 6, 85, 4, SKYLAKE_SERVER),
    "cascadelake": ("GenuineIntel", 6, 85, 7, CASCADE_LAKE),
    "zen2": ("AuthenticAMD", 23, 49, 0, ZEN2),
    "zen3": ("AuthenticAMD", 25, 1, 1, ZEN3),
    "old-32bit": ("GenuineIntel", 6, 8, 3, "fpu vme de pse tsc msr cx8 sep cmov mmx fxsr sse"),
}
BUGS = {
    "haswell": "cpu_meltdown spectre_v1 spectre_v2 spec_store_bypass l1tf mds swapgs",
    "haswell-old-microcode": "cpu_meltdown spectre_v1 spectre_v2 spec_store_bypass l1tf mds",
    "skylake": "cpu_meltdown spectre_v1 spectre_v2 spec_store_bypass l1tf mds swapgs taa",
    "cascadelake": "spectre_v1 spectre_v2 spec_store_bypass swapgs taa",
}


def text_of(name: str, flags: str = "") -> str:
    """Return a text of that CPU, with other flags when some are given."""
    vendor, family, model, stepping, own = FLAGS[name]
    return (
        f"processor\t: 0\nvendor_id\t: {vendor}\ncpu family\t: {family}\nmodel\t\t: {model}\n"
        f"model name\t: {name}\nstepping\t: {stepping}\nflags\t\t: {flags or own}\n"
        f"bugs\t\t: {BUGS.get(name, 'spectre_v1 spectre_v2')}\nbogomips\t: 4000.00\n\n"
    )


def arm_text(part: str, revision: str = "1", features: str = "fp asimd aes crc32 cpuid") -> str:
    """Return a text of a 64-bit ARM CPU of one core type."""
    return (
        "processor\t: 0\nBogoMIPS\t: 243.75\n"
        f"Features\t: {features}\n"
        "CPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x3\n"
        f"CPU part\t: {part}\nCPU revision\t: {revision}\n\n"
    )
