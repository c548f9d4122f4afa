"""Fast binding of arguments for the simple signatures that most functions have.

It takes a fifth of the time of `inspect.Signature.bind`.
"""

from __future__ import annotations

from collections.abc import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from inspect import Signature
    from typing import Any


class _Required:
    """A marker for a missing default that survives pickling."""


def simple_parameters(signature: Signature) -> Mapping[str, Any] | None:
    """Return the parameters with their defaults; None unless all can be passed by position and by name."""
    known = signature.parameters.values()
    if not all(each.kind is each.POSITIONAL_OR_KEYWORD for each in known):
        return None
    return {each.name: _Required if each.default is each.empty else each.default for each in known}


def bound_simply(
    known: Mapping[str, Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return the arguments of a call by name, with defaults; None if they do not match the parameters."""
    by_position = dict(zip(known, args, strict=False))
    found = {**known, **by_position, **kwargs}
    fits = len(args) <= len(known) == len(found) and by_position.keys().isdisjoint(kwargs)
    return found if fits and not any(value is _Required for value in found.values()) else None
