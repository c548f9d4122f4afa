"""Variables: public values on the backend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple


class Variable(NamedTuple):
    """A variable on the backend: `Variable.get("region")` returns its value.

    A *value* is JSON: text, a number, a boolean, null, a list or a mapping.
    """

    name: str
    value: Any
    tags: Sequence[str] | None = None

    @classmethod
    def get(cls, name: str, default: Any = None) -> Any:
        """Return the value of the variable called *name*, or *default* if it does not exist."""
        found = _sdk().read_variable(name)
        return default if found is None else found.value

    @classmethod
    def set(
        cls, name: str, value: Any, tags: Sequence[str] | None = None, overwrite: bool = False
    ) -> Variable:
        """Store a variable, and return it. Raises ValueError if it exists, unless *overwrite*."""
        _sdk().write_variable(name, value, tags or (), overwrite=overwrite)
        return cls(name, value, list(tags or ()))

    @classmethod
    def unset(cls, name: str) -> bool:
        """Delete the variable called *name*. Return whether it existed."""
        return bool(_sdk().remove_variable(name))

    @classmethod
    async def aget(cls, name: str, default: Any = None) -> Any:
        """Do what `get` does, in a coroutine."""
        return cls.get(name, default)

    @classmethod
    async def aset(
        cls, name: str, value: Any, tags: Sequence[str] | None = None, overwrite: bool = False
    ) -> Variable:
        """Do what `set` does, in a coroutine."""
        return cls.set(name, value, tags, overwrite)

    @classmethod
    async def aunset(cls, name: str) -> bool:
        """Do what `unset` does, in a coroutine."""
        return cls.unset(name)


def _sdk() -> Any:
    from syntask_yaml import sdk

    return sdk
