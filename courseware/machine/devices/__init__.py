"""The devices on the bus, one module each."""

from courseware.machine.devices.block import BareBlock
from courseware.machine.devices.clint import Clint
from courseware.machine.devices.device import BusError, Device, Dma, Line, Output
from courseware.machine.devices.disk import Disk
from courseware.machine.devices.finisher import Finisher
from courseware.machine.devices.plic import Plic
from courseware.machine.devices.uart import Uart
from courseware.machine.devices.virtio.block import VirtioBlock
from courseware.machine.devices.virtio.console import VirtioConsole

__all__ = [
    "BareBlock",
    "BusError",
    "Clint",
    "Device",
    "Disk",
    "Dma",
    "Finisher",
    "Line",
    "Output",
    "Plic",
    "Uart",
    "VirtioBlock",
    "VirtioConsole",
]
