"""The board: what a machine is made of, and how its parts are connected."""

from collections.abc import Callable
from typing import Any

from courseware.machine.bus import Bus, RamDma, Region
from courseware.machine.devices import (
    BareBlock,
    Clint,
    Device,
    Disk,
    Finisher,
    Output,
    Plic,
    Uart,
    VirtioBlock,
    VirtioConsole,
)
from courseware.machine.fields import Fields
from courseware.machine.hart.hart import Hart
from courseware.machine.htif import Htif
from courseware.machine.memory_map import (
    BARE_BLOCK_BASE,
    BARE_BLOCK_IRQ,
    BARE_BLOCK_SIZE,
    CLINT_BASE,
    CLINT_SIZE,
    FINISHER_BASE,
    FINISHER_SIZE,
    PLIC_BASE,
    PLIC_SIZE,
    RAM_BASE,
    UART_BASE,
    UART_IRQ,
    UART_SIZE,
    VIRTIO_BLOCK_BASE,
    VIRTIO_BLOCK_IRQ,
    VIRTIO_CONSOLE_BASE,
    VIRTIO_CONSOLE_IRQ,
    VIRTIO_SIZE,
)
from courseware.machine.ram import Ram
from courseware.machine.state import MachineLimits, MachineOptions
from courseware.machine.trap import Interrupt
from courseware.machine.watch import Watch

# Accesses to devices between two looks at the deadline. The most that one does, a notification of
# a virtqueue with all that it may hold, takes some 0.1 s.
POLL_DEVICE_ACCESSES = 8

_EXTERNAL = (Interrupt.MACHINE_EXTERNAL, Interrupt.SUPERVISOR_EXTERNAL)  # by PLIC context


class TimeUp(Exception):
    """The deadline of a run has passed. The machine is between two instructions."""


class Board:
    """RAM, devices, a hart, and the HTIF host of a program that has one."""

    def __init__(
        self,
        limits: MachineLimits,
        options: MachineOptions,
        tohost: int | None,
        fromhost: int | None,
        disk: bytes,
    ) -> None:
        """Connect everything. Raises ValueError for a disk or an HTIF word that cannot be."""
        self.limits, self.options = limits, options
        self.tohost, self.fromhost, self.disk_image = tohost, fromhost, disk
        self.ram = Ram(limits.memory_bytes)
        self.output = Output(limits.max_output_bytes)
        self.disk = Disk(disk)
        dma = RamDma(self.ram, lambda address, size: self.hart.lose_reservation(address, size))
        plic = Plic(lambda context, level: self.hart.set_line(_EXTERNAL[context], level))
        self.clint = Clint(
            lambda: self.hart.time(),
            lambda value: self.hart.set_time(value),
            lambda level: self.hart.set_line(Interrupt.MACHINE_SOFTWARE, level),
            lambda level: self.hart.set_line(Interrupt.MACHINE_TIMER, level),
        )
        uart = Uart(self.output, plic.line(UART_IRQ))
        virtio_block = VirtioBlock(self.disk, dma, plic.line(VIRTIO_BLOCK_IRQ))
        console = VirtioConsole(self.output, dma, plic.line(VIRTIO_CONSOLE_IRQ))
        bare_block = BareBlock(self.disk, dma, plic.line(BARE_BLOCK_IRQ))
        self.consoles: dict[str, Uart | VirtioConsole] = {
            "uart": uart,
            "virtio": console,
        }
        self.devices: dict[str, Device] = {
            "clint": self.clint,
            "plic": plic,
            "uart": uart,
            "virtio_block": virtio_block,
            "virtio_console": console,
            "bare_block": bare_block,
        }
        self.bus = Bus(
            self.ram,
            (
                Region(UART_BASE, UART_SIZE, uart),
                Region(VIRTIO_BLOCK_BASE, VIRTIO_SIZE, virtio_block),
                Region(VIRTIO_CONSOLE_BASE, VIRTIO_SIZE, console),
                Region(BARE_BLOCK_BASE, BARE_BLOCK_SIZE, bare_block),
                Region(CLINT_BASE, CLINT_SIZE, self.clint),
                Region(PLIC_BASE, PLIC_SIZE, plic),
                Region(FINISHER_BASE, FINISHER_SIZE, Finisher()),
            ),
        )
        self.hart = Hart(self.bus, options.untrapped)
        self.hart.do_due = self._do_due
        self.watch = Watch(
            self.ram, lambda: self.hart.pc, lambda: dma.is_writing, self.hart.look_up
        )
        self.deadline: Callable[[], bool] | None = None
        self._polled_accesses = 0
        self._htif = None if tohost is None else Htif(tohost, fromhost, dma, self.output)
        if self._htif:
            self._watch(self._htif, tohost or 0)

    def _watch(self, htif: Htif, tohost: int) -> None:
        def note_store(offset: int, size: int) -> None:
            htif.stored(RAM_BASE + offset, size, self.hart.cycle + 1)
            self.hart.look_up()

        self.ram.watch(tohost - RAM_BASE, 8, note_store)

    def _do_due(self) -> int | None:
        """Let timer and host do what is due; return the cycle of what comes next.

        Raises WatchpointReached when an instruction has written watched bytes, and TimeUp.
        """
        now = self.hart.cycle
        htif = self._htif
        if htif is not None and htif.due is not None and htif.due <= now:
            htif.poll()
        self.clint.update()
        self.watch.check()
        self._poll_deadline()
        deadline = self.clint.deadline
        timer = None if deadline is None else deadline - self.hart.time() + now
        due = [cycle for cycle in (timer, htif.due if htif else None) if cycle is not None]
        return min(due, default=None)

    def _poll_deadline(self) -> None:
        """Ask for the time after some accesses to devices, which may do much in one cycle each."""
        accesses = self.bus.device_accesses
        if accesses - self._polled_accesses >= POLL_DEVICE_ACCESSES:
            self._polled_accesses = accesses
            if self.deadline and self.deadline():
                raise TimeUp

    def devices_json(self) -> dict[str, Any]:
        """Return the state of every device by its name."""
        states = {name: device.state() for name, device in self.devices.items()}
        return states | ({"htif": self._htif.state()} if self._htif else {})

    def restore_devices(self, fields: Fields) -> None:
        """Put the devices into states. Raises ValueError for damaged data."""
        for name, device in self.devices.items():
            device.restore(fields.mapping(name))
        if self._htif:
            self._htif.restore(fields.mapping("htif"))
