"""`from syntask.infrastructure.process import Process`, as Prefect 2 has it."""

from syntask._backend.blocks import Process

__all__ = ["Process"]
