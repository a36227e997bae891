"""The test finisher (its commands are tested with whole programs)."""

from courseware.machine.devices import Finisher
from tests.machine.devices.surroundings import restore, stored


def test_it_has_no_state() -> None:
    finisher = Finisher()
    finisher.write(0, 4, 0x1234)
    finisher.write(4, 4, 0x5555)
    assert stored(finisher) == {}
    restore(finisher, {})
    assert finisher.read(0, 4) == 0
