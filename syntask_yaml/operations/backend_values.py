"""What the backend knows, read when a template first asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from syntask_yaml.backend.base import Backend
from syntask_yaml.model.block import Block
from syntask_yaml.model.value import Json


class BackendVariables(Mapping[str, Json]):
    """The backend's variables by name. Nothing is read before the first question."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    @cached_property
    def _values(self) -> dict[str, Json]:
        return {variable.name: variable.value for variable in self._backend.variables()}

    def __getitem__(self, name: str) -> Json:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class BackendBlocks:
    """The backend's blocks, each read once."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._known: dict[tuple[str, str], Block | None] = {}

    def __call__(self, type: str, name: str) -> Block | None:
        key = (type, name)
        if key not in self._known:
            self._known[key] = self._backend.block(type, name)
        return self._known[key]
