"""Stored values: `syntask.blocks.system`."""
