"""What the backend knows, read when a template first asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from syntask_yaml.model.block import Block, Variable
from syntask_yaml.model.value import Json


class BackendVariables(Mapping[str, Json]):
    """A backend's variables by name. *read* is its verb `variables`, called when the first one is needed."""

    def __init__(self, read: Callable[[], Iterable[Variable]]) -> None:
        self._read = read

    @cached_property
    def _values(self) -> dict[str, Json]:
        return {variable.name: variable.value for variable in self._read()}

    def __getitem__(self, name: str) -> Json:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class BackendBlocks:
    """A backend's blocks. *read* is its verb `block`, called once for each."""

    def __init__(self, read: Callable[[str, str], Block | None]) -> None:
        self._read = read
        self._known: dict[tuple[str, str], Block | None] = {}

    def __call__(self, type: str, name: str) -> Block | None:
        key = (type, name)
        if key not in self._known:
            self._known[key] = self._read(type, name)
        return self._known[key]
