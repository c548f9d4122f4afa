"""Extract common fields of the entries of a project as `defaults`, which keeps files short.

Entries are merged over defaults key by key; a list or a scalar replaces the default, and null removes it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

from syntask_yaml.document.writer import to_yaml

_Fields: TypeAlias = Mapping[str, Any]

# Fields of one deployment only, and pull steps, which have a key of their own outside the entries.
_OWN = frozenset({"name", "entrypoint", "description", "pull"})


@dataclass(frozen=True, slots=True)
class SharedFields:
    """The *defaults* of some entries, and the remaining fields of each of the *entries*."""

    defaults: _Fields
    entries: Sequence[_Fields]


def shared_by_all(entries: Sequence[_Fields]) -> SharedFields:
    """Return the fields that all of *entries* share, if that makes their files shorter."""
    defaults = _intersection([_comparable(each) for each in entries]) if len(entries) > 1 else {}
    return _if_shorter(entries, SharedFields(defaults, [_subtract(each, defaults) for each in entries]))


def shared_by_most(entries: Sequence[_Fields], below: _Fields) -> SharedFields:
    """Return the fields that most of *entries* share, over those *below*, if that makes the file shorter.

    The *entries* do not repeat fields of *below*.
    """
    defaults = _most([_comparable(each) for each in entries], len(entries))
    left = [reduced(each, defaults, below) for each in entries]
    return _if_shorter(entries, SharedFields(defaults, left))


def _if_shorter(entries: Sequence[_Fields], found: SharedFields) -> SharedFields:
    before = _lines({"deployments": list(entries)})
    after = _lines({"defaults": found.defaults, "deployments": list(found.entries)})
    return found if found.defaults and after < before else SharedFields({}, entries)


def _comparable(entry: _Fields) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in _OWN}


def _intersection(several: Sequence[_Fields]) -> dict[str, Any]:
    first, *others = several
    found: dict[str, Any] = {}
    for key, value in first.items():
        values = [value, *(each.get(key) for each in others)]
        if all(isinstance(each, Mapping) for each in values):
            if inner := _intersection(values):
                found[key] = inner
        elif value is not None and len({_text(each) for each in values}) == 1:
            found[key] = value
    return found


def _text(value: Any) -> str:
    """Return the value as JSON, in which `1`, `1.0` and `true` differ."""
    return json.dumps(value, sort_keys=True)


def _subtract(fields: _Fields, defaults: _Fields) -> dict[str, Any]:
    """Return *fields* without *defaults*, all of which it has."""
    left: dict[str, Any] = {}
    for key, value in fields.items():
        if key not in defaults:
            left[key] = value
        elif isinstance(value, Mapping) and (inner := _subtract(value, defaults[key])):
            left[key] = inner
    return left


def _most(several: Sequence[_Fields], number: int) -> dict[str, Any]:
    """Return the best default for each key, where *several* of *number* entries have fields."""
    keys = dict.fromkeys(key for each in several for key in each)
    found = {key: _most_common([each[key] for each in several if key in each], number) for key in keys}
    return {key: value for key, value in found.items() if value not in (None, {})}


def _most_common(values: Sequence[Any], number: int) -> Any:
    """Return the default for a key that has *values* in some of *number* entries; None for no default.

    Null would remove a default, and a mapping would be merged into another one.
    """
    if len(values) < 2 or any(value is None for value in values):
        return None
    if all(isinstance(value, Mapping) for value in values):
        return _most(values, len(values)) if 2 * len(values) > number else None
    if any(isinstance(value, Mapping) for value in values):
        return None
    ((text, count),) = Counter(map(_text, values)).most_common(1)
    value = next(each for each in values if _text(each) == text)
    lines = _lines({"key": value})
    return value if count * lines > lines + number - len(values) else None


def reduced(fields: _Fields, defaults: _Fields, below: _Fields = MappingProxyType({})) -> dict[str, Any]:
    """Return the fields that, merged over *defaults* and *below*, result in *fields*."""
    left: dict[str, Any] = {}
    for key, value in fields.items():
        default = defaults.get(key)
        if isinstance(value, Mapping) and isinstance(default, Mapping):
            if inner := reduced(value, default, _mapping(below.get(key))):
                left[key] = inner
        elif default is None or _text(value) != _text(default):
            left[key] = value
    for key, default in defaults.items():
        if key not in fields:
            # Null would also remove the value below.
            inner_below = _mapping(below.get(key))
            left[key] = reduced({}, _mapping(default), inner_below) if inner_below else None
    return left


def _mapping(value: Any) -> _Fields:
    return value if isinstance(value, Mapping) else {}


def _lines(content: _Fields) -> int:
    return to_yaml(content).count("\n")
