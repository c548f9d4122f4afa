"""`from syntask.infrastructure.process import Process`, as in Prefect 2."""

from syntask._backend.blocks import Process

__all__ = ["Process"]
