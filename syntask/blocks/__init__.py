"""Values that are kept on the backend: `syntask.blocks.system`."""
