"""Merge keys: `<<` adds the keys of other mappings to one.

In a list of mappings, the first one with a key has priority, as YAML's merge type specifies. PyYAML up to
6.0.3 does the same; since 6.0.4 the last mapping has priority, unless the key has a single character.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from reprlib import Repr
from typing import Any, TypeAlias

from syntask_yaml.document.location import AliasLocation, Location, MappingLocation, Pair, SequenceLocation
from syntask_yaml.document.problems import Problems

# A mapping merged into another, its location, and the position of the merge.
Merge: TypeAlias = tuple[dict[str, Any], MappingLocation, int]

# PyYAML 6.0.4 compares keys by identity, and Python interns each text up to this character.
_LAST_SHARED = "\xff"


def merges_of(value: Any, location: Location, key_start: int, problems: Problems) -> list[Merge]:
    """Return the mappings of the merge key at *key_start*, each with its location and position of use."""
    branch, used = _origin(location, None)
    if isinstance(value, list) and isinstance(branch, SequenceLocation):
        items = list(zip(value, branch.children, strict=True))
    else:
        items = [(value, location)]
    found = [_merge_of(*item, used, key_start, problems) for item in items]
    return [merge for merge in found if merge is not None]


def _merge_of(
    value: Any, location: Location, used: int | None, key_start: int, problems: Problems
) -> Merge | None:
    location, used = _origin(location, used)
    if isinstance(value, dict) and isinstance(location, MappingLocation):
        return value, location, key_start if used is None else used
    if value is not None:
        detail = "`<<` accepts a mapping or a list of mappings, usually as aliases."
        hint = "Write `<<: *name` or `<<: [*one, *two]`."
        problems.report("merge-not-mapping", detail, hint, key_start)
    return None


def _origin(location: Location, used: int | None) -> tuple[Location, int | None]:
    """Return where a value is written, and the position of the first alias that leads there."""
    while isinstance(location, AliasLocation):
        used = location.start if used is None else used
        location = location.origin
    return location, used


def check_quoted(value: Any, key_start: int, problems: Problems) -> None:
    """Warn of a quoted `<<` whose *value* looks like a merge."""
    if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(each, dict) for each in value)):
        detail = "In quotes, `<<` is a key like others and merges nothing."
        problems.warn("quoted-merge", detail, "Remove its quotes.", key_start)


def merge_all(
    into: dict[str, Any], location: MappingLocation, merges: Sequence[Sequence[Merge]], problems: Problems
) -> None:
    """Add the keys of each merge key to *into*, and report values that differ in newer versions of PyYAML.

    Keys written in place come first, then those of the last `<<`, and in a list those of the first mapping.
    """
    own = _pairs(into, location)
    _fill_in(into, location, chain.from_iterable(reversed(merges)))
    brought = list(_as_pyyaml_6_0_4(chain.from_iterable(merges)))
    location.pairs = [*brought, *own]
    newer = {key: value for key, _, value in location.pairs}
    differing = [key for key, value in newer.items() if value is not into[key] and value != into[key]]
    if differing:
        start = next(used for several in reversed(merges) for _, _, used in several)
        _report_differing(differing, into, newer, start, problems)


def _fill_in(into: dict[str, Any], location: MappingLocation, merges: Iterable[Merge]) -> None:
    children = list(location.children)
    for value, branch, used in merges:
        for (key, item), start, place in zip(value.items(), branch.keys, branch.children, strict=True):
            if key not in into:
                into[key] = item
                children.append(AliasLocation(used, place))
                location.keys.append(start)
    location.children = children


def _pairs(value: Mapping[str, Any], location: MappingLocation) -> list[Pair]:
    return [(key, start, item) for (key, item), start in zip(value.items(), location.keys, strict=True)]


def _as_pyyaml_6_0_4(merges: Iterable[Merge]) -> Iterator[Pair]:
    """Yield the pairs of *merges*, each key object once. The last one of a name counts."""
    seen: set[str | int] = set()
    for value, branch, _used in merges:
        if branch.pairs is None:
            branch.pairs = _pairs(value, branch)
        for pair in branch.pairs:
            key, start, _item = pair
            identity = key if len(key) < 2 and key <= _LAST_SHARED else start
            if identity not in seen:
                seen.add(identity)
                yield pair


def _report_differing(
    keys: Sequence[str], older: Mapping[str, Any], newer: Mapping[str, Any], start: int, problems: Problems
) -> None:
    first, last = (
        ", ".join(f"`{key}: {_SHORT.repr(values[key])}`" for key in keys) for values in (older, newer)
    )
    detail = (
        "The mappings of this list have different values for the same key. syntask uses the "
        f"first one: {first}. With PyYAML 6.0.4 or newer, `prefect deploy` uses the last one: "
        f"{last}."
    )
    hint = "Write the key next to `<<`, where all versions agree."
    problems.warn("ambiguous-merge", detail, hint, start)


_SHORT = Repr()
_SHORT.maxlevel = 2
