"""Checks of values that are stored or sent as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syntask_yaml.errors import BackendRefused


def as_json(value: object) -> object:
    """Return another kind of mapping or sequence as a dict or list, for the encoder.

    Raises TypeError for other values: secrets and unknown values must not be encoded.
    """
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"a {type(value).__name__} is not JSON")


def half_character(error: UnicodeEncodeError, verb: str) -> BackendRefused:
    """Return the error for a text with a lone surrogate, which cannot be *verb* (`stored` or `sent`)."""
    return BackendRefused(
        f"A text contains {error.object[error.start]!a}, a lone surrogate, which cannot be {verb}.",
        hint="Look for a broken escape sequence, or a name that is not UTF-8.",
    )
