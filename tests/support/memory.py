"""The embedded backend on a store in memory, which is gone with the object."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from cryptography.fernet import Fernet

from syntask_yaml.backend.clock import Clock, utc_now
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.backend.embedded.secret_box import SecretBox
from syntask_yaml.backend.embedded.store import Store
from syntask_yaml.backend.ids import new_id
from syntask_yaml.model.pool import WorkPool


class _KeyInMemory(SecretBox):
    def make_key(self) -> None:
        """There is one."""

    @cached_property
    def _fernet(self) -> Fernet:
        return Fernet(Fernet.generate_key())


class MemoryBackend(EmbeddedBackend):
    """One that threads may share, and that has work pools of every type, as a server does."""

    features = EmbeddedBackend.features._replace(served_types=None)

    def __init__(self, *, clock: Clock = utc_now) -> None:
        nowhere = Path(tempfile.gettempdir(), new_id())
        super().__init__(Store.open(nowhere, patience=1, creates=False), _KeyInMemory(nowhere), clock)
        self.url = "memory:"

    def create_pool(self, pool: WorkPool) -> WorkPool:
        super().create_pool(replace(pool, type="process"))
        return self.update_pool(pool.name, {"type": pool.type, "base_job_template": pool.base_job_template})

    def changed(self) -> int:
        """Whoever shares the object counts as another process."""
        return self._store._connection.total_changes

    def __del__(self) -> None:
        self.close()
