"""Variables and blocks of the backend, read when a template first uses them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from syntask_yaml.model.block import Block, Variable
from syntask_yaml.model.value import Json
from syntask_yaml.template import Missing


class BackendVariables(Mapping[str, "Json | Missing"]):
    """A backend's variables by name, overlaid with the *declared* ones, which may be `Missing`.

    *read* returns the variables of the backend, and is called when the first one is needed.
    """

    def __init__(
        self, read: Callable[[], Iterable[Variable]], declared: Mapping[str, Json | Missing] | None = None
    ) -> None:
        self._read = read
        self._declared = declared or {}

    @cached_property
    def _values(self) -> dict[str, Json | Missing]:
        return {**{variable.name: variable.value for variable in self._read()}, **self._declared}

    def __getitem__(self, name: str) -> Json | Missing:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class BackendBlocks:
    """A backend's blocks, overlaid with the *declared* ones, by `type/name`.

    *read* returns one block of the backend, and is called once for each.
    """

    def __init__(
        self, read: Callable[[str, str], Block | None], declared: Mapping[str, Block] | None = None
    ) -> None:
        self._read = read
        self._declared = declared or {}
        self._known: dict[tuple[str, str], Block | None] = {}

    def __call__(self, type: str, name: str) -> Block | None:
        key = (type, name)
        if key not in self._known:
            self._known[key] = self._expected(self._read(type, name), self._declared.get(f"{type}/{name}"))
        return self._known[key]

    @staticmethod
    def _expected(existing: Block | None, declared: Block | None) -> Block | None:
        if existing is None or declared is None:
            return existing or declared
        return replace(existing, data={**existing.data, **declared.data})
