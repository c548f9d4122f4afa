"""The base class of the parts of the embedded backend."""

from __future__ import annotations

from syntask_yaml.backend.clock import Clock
from syntask_yaml.backend.embedded.secret_box import SecretBox
from syntask_yaml.backend.embedded.store import Store


class EmbeddedBase:
    """A part of the backend on an open store."""

    def __init__(self, store: Store, secret_box: SecretBox, clock: Clock) -> None:
        self._store = store
        self._secret_box = secret_box
        self._clock = clock

    def hurry(self, patience: float) -> None:
        """Wait at most *patience* seconds for other writers from now on."""
        self._store.patience = patience

    def close(self) -> None:
        self._store.close()
