"""The devices on the bus, one module each."""

from courseware.machine.devices.clint import Clint
from courseware.machine.devices.device import BusError, Device, Dma, Line, Output
from courseware.machine.devices.finisher import Finisher
from courseware.machine.devices.plic import Plic
from courseware.machine.devices.uart import Uart

__all__ = [
    "BusError",
    "Clint",
    "Device",
    "Dma",
    "Finisher",
    "Line",
    "Output",
    "Plic",
    "Uart",
]
