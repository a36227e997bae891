"""Virtio devices over the MMIO transport (Virtual I/O Device specification, version 1.2)."""
