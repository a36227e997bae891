"""Programs that were written to do harm, through the runner's own processes."""

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from courseware.labs.runner.pool import RunnerBusy, RunnerPool
from tests.labs.test_runner import make, request


@pytest.fixture(scope="module")
def pool() -> Iterator[RunnerPool]:
    yield from make(processes=2, waiting=300, wait_seconds=100, wall_seconds=100)


def serves(pool: RunnerPool) -> bool:
    answer = pool.call("drive", request("li a0, 7\nebreak\n"))
    return bool(answer["view"]["registers"][10] == 7)


TRAP_LOOP = "la t0, handler\ncsrw mtvec, t0\necall\n.balign 4\nhandler: ecall\n"
INTERRUPT_LOOP = """
        la t0, handler
        csrw mtvec, t0
        li t0, 0x2004000            # mtimecmp is 0: due at once, and always
        sw zero, 0(t0)
        sw zero, 4(t0)
        li t0, 128
        csrw mie, t0
        csrsi mstatus, 8
1:      j 1b
        .balign 4
handler: mret
"""
# Writes an instruction over the next one, on and on.
SELF_MODIFYING = """
        la t0, place
        li t1, 0x00150513           # addi a0, a0, 1
again:  sw t1, 0(t0)
        fence.i
place:  nop
        xor t1, t1, t2
        j again
"""
FLOOD = "li t0, 0x10000000\n1: sb t0, 0(t0)\nj 1b\n"
FILLS_MEMORY = "li t0, 0x80001000\n1: sw t0, 0(t0)\naddi t0, t0, 4\nj 1b\n"


@pytest.mark.parametrize(
    ("source", "reasons"),
    [
        ("1: j 1b\n", {"instruction-limit"}),
        # A trap takes longer than an instruction: either limit may come first.
        (TRAP_LOOP, {"instruction-limit", "time-limit"}),
        (INTERRUPT_LOOP, {"instruction-limit", "time-limit"}),
        (SELF_MODIFYING, {"instruction-limit", "time-limit"}),
        (FLOOD, {"output-limit"}),
        (FILLS_MEMORY, {"trap"}),
        ("wfi\n", {"waiting"}),
    ],
)
def test_a_run_ends_at_a_limit_that_is_named(
    pool: RunnerPool, source: str, reasons: set[str]
) -> None:
    stop = pool.call("drive", request(source, seconds=1))["view"]["stop"]
    assert stop["reason"] in reasons
    assert stop["message"]
    assert serves(pool)


@pytest.mark.parametrize(
    "source",
    [
        ".macro again\nagain\n.endm\nagain\n",
        ".rept 1000000\n.rept 1000000\nnop\n.endr\n.endr\n",
        ".space 4294967296\n",
        ".space 0xffffffffffffffff\n",
        ".org 0x7fffffff\nnop\n",
        ".align 63\nnop\n",
        "a = b\nb = c\nc = a\n.word a\n",
        '.ascii "' + "\\x41" * 4_000 + '"\n.rept 100\n.ascii "' + "a" * 9_000 + '"\n.endr\n',
        "nop\n" * 2_500_000,
    ],
    ids=["macro", "rept", "space", "space64", "org", "align", "cycle", "text", "10 MB"],
)
def test_a_bomb_is_refused_with_its_place(pool: RunnerPool, source: str) -> None:
    answer = pool.call("drive", request(source))
    assert answer["state"] is None
    problem = answer["view"]["problems"][0]
    assert problem["line"] >= 1
    assert problem["message"]
    assert serves(pool)


@pytest.mark.parametrize("damage", ["cut", "flipped", "other", "empty", "head"])
def test_a_crafted_state_starts_anew(pool: RunnerPool, damage: str) -> None:
    state = base64.b64decode(pool.call("drive", request("li a0, 7\nebreak\n"))["state"])
    crafted = {
        "cut": state[: len(state) // 2],
        "flipped": state[:40] + bytes([state[40] ^ 255]) + state[41:],
        "other": b"VLMS" + state[4:],
        "empty": b"",
        "head": state[:6] + b"\0" * 64,
    }[damage]
    posted = {**request("li a0, 9\nebreak\n"), "state": base64.b64encode(crafted).decode()}
    view = pool.call("drive", posted)["view"]
    assert view["registers"][10] in (7, 9)  # a flipped bit may leave the state whole
    assert view["stop"]["reason"] == "breakpoint"
    assert serves(pool)


def test_two_hundred_runs_at_once_are_all_answered(pool: RunnerPool) -> None:
    def run(number: int) -> int:
        source = f"li a0, {number}\n1: addi t0, t0, 1\nli t1, 2000\nblt t0, t1, 1b\nebreak\n"
        return int(pool.call("drive", request(source))["view"]["registers"][10])

    with ThreadPoolExecutor(200) as threads:
        assert list(threads.map(run, range(200))) == list(range(200))


def test_two_hundred_runs_beyond_the_queue_are_told_and_none_is_lost() -> None:
    for small in make(processes=1, waiting=20, wait_seconds=100, wall_seconds=100):

        def run(number: int, pool: RunnerPool = small) -> int | None:
            try:
                answer = pool.call("drive", request(f"li a0, {number}\nebreak\n"))
            except RunnerBusy:
                return None
            return int(answer["view"]["registers"][10])

        with ThreadPoolExecutor(200) as threads:
            outcomes = list(threads.map(run, range(200)))
        answered = [number for number, outcome in enumerate(outcomes) if outcome is not None]
        assert all(outcomes[number] == number for number in answered)
        assert len(answered) >= 21
        assert serves(small)
