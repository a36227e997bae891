"""A machine as bytes and back."""

import json
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courseware.machine import Engine, Machine, MachineLimits, Program, TrapRecord, assemble
from courseware.machine.snapshot import MAX_HEAD_BYTES
from tests.machine.fuzz.cases import KINDS, Case, build
from tests.machine.programs import programs

LIMITS = MachineLimits(memory_bytes=0x4000)
SMALL = Machine(assemble("li t0, 0x10000000\nsb t0, 0(t0)\necall"), LIMITS)
SMALL.run(10)


@given(programs(), st.integers(0, 120))
def test_restored_machine_is_the_same_and_has_the_same_future(
    program: Program, instructions: int
) -> None:
    machine = Machine(program, LIMITS)
    machine.run(instructions)
    data = machine.snapshot()
    restored = Machine.restore(data)
    assert restored.state() == machine.state()
    assert restored.snapshot() == data
    for _ in range(100):
        step = machine.step()
        assert restored.step() == step
        if step.stop is not None:
            break
    assert restored.state() == machine.state()


def test_stop_and_output_are_kept() -> None:
    restored = Machine.restore(SMALL.snapshot())
    assert restored.stop == SMALL.stop
    assert restored.output == SMALL.output == b"\0"
    assert restored.limits == LIMITS


def test_snapshot_is_small() -> None:
    assert len(Machine(assemble("nop"), MachineLimits()).snapshot()) < 1_000


def head_and_pages(data: bytes) -> tuple[dict[str, Any], bytes]:
    body = zlib.decompress(data[6:])
    length = int.from_bytes(body[:4], "big")
    return json.loads(body[4 : 4 + length]), body[4 + length :]


def packed(head: object, pages: bytes) -> bytes:
    text = json.dumps(head).encode()
    return SMALL.snapshot()[:6] + zlib.compress(len(text).to_bytes(4, "big") + text + pages)


def test_format_is_as_documented() -> None:
    data = SMALL.snapshot()
    assert data[:6] == b"VLMS\0\2"
    head, pages = head_and_pages(data)
    assert head["hart"]["pc"] == SMALL.pc
    assert head["hart"]["registers"] == SMALL.registers
    assert head["hart"]["csrs"]["mstatus"] == SMALL.csr("mstatus")
    assert set(head["devices"]) == {
        "clint", "plic", "uart", "virtio_block", "virtio_console", "bare_block",
    }  # fmt: skip
    assert head["output"] == "\0"
    assert head["stop"]["cause"] == 11
    assert head["pages"] == [[0, 0]]
    assert pages == SMALL.read_memory(0x8000_0000, 4096)
    assert Machine.restore(packed(head, pages)).state() == SMALL.state()


def changed(head: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """Return a head in which the member at a path, as ``hart.pc``, has another value."""
    head = json.loads(json.dumps(head))
    *parents, name = path.split(".")
    members = head
    for parent in parents:
        members = members[parent]
    assert name in members
    members[name] = value
    return head


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("hart.pc", -1),
        ("hart.pc", 1 << 32),
        ("hart.pc", 0.5),
        ("hart.pc", True),
        ("hart.pc", None),
        ("hart.cycle", -1),
        ("hart.cycle", 1 << 63),
        ("hart.unretired", 1 << 40),
        ("hart.mode", 2),
        ("hart.virtual", 1),
        ("hart.registers", [0] * 31),
        ("hart.registers", [0] * 33),
        ("hart.registers", [1, *[0] * 31]),
        ("hart.registers", [0] * 31 + [1 << 32]),
        ("hart.registers", "0"),
        ("hart.reservation", -1),
        ("hart.waiting", 2),
        ("hart.csrs", {}),
        ("hart.csrs.mstatus", 2 << 11),
        ("hart.csrs.mtvec", 1 << 32),
        ("hart.csrs.htimedelta", 1 << 64),
        ("hart.pmpcfg", [0] * 15),
        ("hart.pmpaddr", [0] * 15 + [1 << 32]),
        ("hart.tlb", [[0, 0, 0, 0, 0, 0, 0]]),
        ("hart.tlb", [0]),
        ("hart.traps", [[3, 0, 0]]),
        ("hart.traps", [[0, 1 << 32, 0]]),
        ("hart.traps", [[0, 2, 1]] * 257),
        ("hart", []),
        ("devices", {}),
        ("devices.clint", {}),
        ("devices.clint.mtimecmp", 1 << 64),
        ("devices.plic", None),
        ("devices.uart", []),
        ("devices.virtio_block", {"status": 0}),
        ("devices.bare_block.status", 99),
        ("memory_bytes", 1 << 40),
        ("memory_bytes", 4097),
        ("max_output_bytes", 0),
        ("untrapped", ["sstatus", 1]),
        ("untrapped", ["nonsense"]),
        ("tohost", 0),
        ("tohost", 0x8000_3FFC),
        ("output", "あ"),
        ("output", 5),
        ("stop", {"reason": "trap"}),
        ("stop", {"reason": "bored", "message": ""}),
        ("stop", {"reason": "trap", "message": "", "cause": "1"}),
        ("stop", {"reason": "trap", "message": "\ud800"}),
        ("pages", [[0]]),
        ("pages", [[0, 1]]),
        ("pages", [[1, 0]]),
        ("pages", [[0x4000, 0]]),
        ("pages", [0]),
        ("pages", {}),
        ("dirty", [4]),
        ("dirty_count", -1),
        ("disk_bytes", 1 << 40),
        ("disk", [[1, 0]]),
        ("disk_pages", [[1, 0]]),
    ],
)
def test_wrong_members_are_refused(path: str, value: object) -> None:
    head, pages = head_and_pages(SMALL.snapshot())
    with pytest.raises(ValueError):  # noqa: PT011 - the kind of error is the promise
        Machine.restore(packed(changed(head, path, value), pages))


@pytest.mark.parametrize(
    "path", ["hart", "devices", "pages", "output", "memory_bytes", "hart.pc", "devices.uart"]
)
def test_missing_members_are_refused(path: str) -> None:
    head, pages = head_and_pages(SMALL.snapshot())
    *parents, name = path.split(".")
    del (head[parents[0]] if parents else head)[name]
    with pytest.raises(ValueError, match=name):
        Machine.restore(packed(head, pages))


def test_other_containers_are_refused() -> None:
    good = SMALL.snapshot()
    head, pages = head_and_pages(good)
    nested = "[" * 100_000
    broken = [
        b"",
        b"VLMS",
        b"VLDS" + good[4:],
        b"VLMS\0\1" + good[6:],
        good[:-1],
        good + b"x",
        packed([], pages),
        packed(head, pages + b"x"),
        good[:6] + zlib.compress(b"\0\0"),
        good[:6] + zlib.compress(b"\xff\xff\xff\xff{}"),
        good[:6] + zlib.compress(b"\0\0\0\3{}"),
        good[:6] + zlib.compress(len(nested).to_bytes(4, "big") + nested.encode()),
        good[:6] + zlib.compress(b"\0\0\0\2\xff\xff"),
    ]
    for data in broken:
        with pytest.raises(ValueError):  # noqa: PT011 - the kind of error is the promise
            Machine.restore(data)


def test_bomb_is_refused_without_being_unpacked() -> None:
    bomb = zlib.compressobj(9)
    zeros = bytes(1 << 20)
    body = b"".join(bomb.compress(zeros) for _ in range(200)) + bomb.flush()
    with pytest.raises(ValueError, match="too large"):
        Machine.restore(SMALL.snapshot()[:6] + body)


@given(st.data())
def test_damaged_snapshot_is_a_value_error_or_unharmed(data: st.DataObject) -> None:
    good = SMALL.snapshot()
    position = data.draw(st.integers(0, len(good) - 1))
    byte = data.draw(st.integers(0, 255))
    damaged = good[:position] + bytes([byte]) + good[position + 1 :]
    try:
        restored = Machine.restore(damaged)
    except ValueError:
        return
    assert restored.state() == SMALL.state()


@given(st.binary(max_size=60))
def test_any_bytes_are_a_value_error(data: bytes) -> None:
    for prefix in (b"", b"VLMS\0\2", b"VLMD\0\2"):
        with pytest.raises(ValueError):  # noqa: PT011 - the kind of error is the promise
            Machine.restore(prefix + data)


# --- the whole machine: traps, paging, guests, devices, a disk ---


def machine_of(kind: str, seed: str, engine: Engine = Engine.TRANSLATOR) -> Machine:
    """Return a machine with a random program of a kind (``fuzz/cases.py``)."""
    built = build(Case.of(kind, seed))
    return Machine(
        built.program, built.limits, options=built.options, disk=built.disk, engine=engine
    )


@settings(max_examples=60)
@given(st.sampled_from(sorted(KINDS)), st.integers(0, 10_000), st.sampled_from(Engine), st.data())
def test_going_on_from_a_snapshot_is_going_on(
    kind: str, seed: int, engine: Engine, data: st.DataObject
) -> None:
    """With all counters and the same traps, whichever engine goes on."""
    machine = machine_of(kind, str(seed), engine)
    machine.run(data.draw(st.integers(0, 2_000)))
    machine.send(data.draw(st.binary(max_size=3)))
    others = [Machine.restore(machine.snapshot(), other) for other in Engine]
    machines = [machine, *others, machine.clone()]
    end = machine.cycle + 1_500
    traces: list[list[TrapRecord]] = []
    for each in machines:
        trace: list[TrapRecord] = []
        each.on_trap(trace.append)
        each.run(data.draw(st.integers(0, 1_000)))
        each.run(end - each.cycle)
        traces.append(trace)
    for each, trace in zip(machines, traces, strict=True):
        assert each.state() == machine.state()
        assert each.counters == machine.counters
        assert each.snapshot() == machine.snapshot()
        assert trace == traces[0]


def test_a_clone_goes_its_own_way() -> None:
    machine = machine_of("devices", "clone")
    machine.run(500)
    clone = machine.clone()
    before = clone.state()
    machine.run(500)
    machine.write_memory(0x8000_0000, b"\xff" * 16)
    assert clone.state() == before
    assert clone.engine is machine.engine


@pytest.mark.parametrize("kind", ["devices", "paging", "everything"])
def test_incremental_snapshots_join_into_the_whole(kind: str) -> None:
    machine = machine_of(kind, "increments")
    base = machine.state()
    for _ in range(4):
        machine.run(700)
        data = machine.snapshot(base)
        restored = Machine.restore(data, base=base)
        assert restored.state() == machine.state()
        assert restored.snapshot() == machine.snapshot()
        base = restored.state()  # a chain: each stands on the one before


def test_an_incremental_snapshot_holds_the_changed_pages_alone() -> None:
    machine = Machine(assemble("la t0, 0x80002000\nsw t0, 0(t0)\nebreak"), LIMITS)
    machine.write_memory(0x8000_1000, b"\1" * 4096)
    machine.write_memory(0x8000_3000, b"\1")
    base = machine.state()
    machine.run(10)
    machine.write_memory(0x8000_3000, b"\0")  # the page is all zero again
    head, pages = head_and_pages(machine.snapshot(base))
    assert [offset for offset, _ in head["pages"]] == [0x2000]
    assert len(pages) == 4096
    assert head["gone"] == [0x3000]
    assert Machine.restore(machine.snapshot(base), base=base).state() == machine.state()


def test_an_incremental_snapshot_fits_its_base_alone() -> None:
    machine = Machine(assemble("1: addi a0, a0, 1\nj 1b"), LIMITS)
    base = machine.state()
    machine.run(10)
    data = machine.snapshot(base)
    with pytest.raises(ValueError, match="base"):
        Machine.restore(data, base=machine.state())
    with pytest.raises(ValueError, match="archive"):
        Machine.restore(data)
    with pytest.raises(ValueError, match="archive"):
        Machine.restore(machine.snapshot(), base=base)


def test_a_state_copies_changed_pages_alone() -> None:
    machine = Machine(assemble("la t0, 0x80002000\n1: sw t0, 0(t0)\naddi t0, t0, 4\nj 1b"), LIMITS)
    machine.write_memory(0x8000_1000, b"\1")
    first = machine.state()
    machine.run(20)
    second = machine.state()
    assert second.pages[0] is first.pages[0]
    assert second.pages[0x1000] is first.pages[0x1000]
    assert 0x2000 in second.pages
    assert 0x2000 not in first.pages
    third = machine.state()
    assert all(third.pages[offset] is page for offset, page in second.pages.items())


ANY_NUMBER = st.sampled_from((0, 1, 2, 255, 4096, 1 << 31, (1 << 32) - 1, 1 << 63)) | st.integers(
    -1, 1 << 64
)
WHOLE = machine_of("everything", "numbers")
WHOLE.run(1_000)


@given(st.data())
def test_a_snapshot_with_wrong_numbers_is_a_value_error_or_a_machine(data: st.DataObject) -> None:
    """Whatever numbers are in a head: it is refused, or the machine runs."""
    head, pages = head_and_pages(WHOLE.snapshot())
    for _ in range(data.draw(st.integers(1, 4))):
        place: Any = head
        while isinstance(place, dict | list) and place:
            keys = list(place) if isinstance(place, dict) else range(len(place))
            parent, key = place, data.draw(st.sampled_from(keys))
            place = place[key]
        parent[key] = data.draw(ANY_NUMBER)
    try:
        machine = Machine.restore(packed(head, pages))
    except ValueError:
        return
    for _ in range(3):
        if machine.stop is None:
            machine.step()
    machine.run(300)
    machine.snapshot()


def test_a_head_that_is_too_long_is_refused_without_being_read() -> None:
    length = MAX_HEAD_BYTES + 1
    body = zlib.compress(length.to_bytes(4, "big") + b" " * length)
    with pytest.raises(ValueError, match="head is too large"):
        Machine.restore(SMALL.snapshot()[:6] + body)
