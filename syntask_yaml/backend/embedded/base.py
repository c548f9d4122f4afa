"""What the parts of the embedded backend have in common."""

from __future__ import annotations

from syntask_yaml.backend.embedded.store import Store
from syntask_yaml.backend.embedded.vault import Vault
from syntask_yaml.backend.moments import Clock


class EmbeddedBase:
    """Some verbs of the port, over one open store."""

    def __init__(self, store: Store, vault: Vault, clock: Clock) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
