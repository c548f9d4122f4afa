"""Concurrency limits in flow code: `syntask.concurrency.sync` and `syntask.concurrency.asyncio`."""
