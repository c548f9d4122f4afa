"""Merge keys: `<<` brings the keys of other mappings into one.

Of the mappings in a list the first one that has a key counts, as YAML's merge type says. Versions of PyYAML
differ there: up to 6.0.3 they read lists so too; since 6.0.4 the last mapping counts, unless the key has a
single character.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from reprlib import Repr
from typing import Any, TypeAlias

from syntask_yaml.document.location import AliasLocation, Location, MappingLocation, Pair, SequenceLocation
from syntask_yaml.document.problems import Problems

# A mapping that is merged into another, its place, and where it is brought in.
Merge: TypeAlias = tuple[dict[str, Any], MappingLocation, int]

# PyYAML 6.0.4 tells keys apart by identity, and Python has each of these texts once.
_LAST_SHARED = "\xff"


def merges_of(value: Any, location: Location, key_start: int, problems: Problems) -> list[Merge]:
    """The mappings that the merge key at *key_start* brings, each with its place and where it is used."""
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
    """Return where a value was written, and where the first alias on the way there brings it in."""
    while isinstance(location, AliasLocation):
        used = location.start if used is None else used
        location = location.origin
    return location, used


def merge_all(
    into: dict[str, Any], location: MappingLocation, merges: Sequence[Sequence[Merge]], problems: Problems
) -> None:
    """Fill in what each merge key brings: keys written in place win, then those of the last `<<`, and of a
    list the first mapping that has one. Report where newer versions of PyYAML take another value."""
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
    for value, branch, used in merges:
        for (key, item), start, place in zip(value.items(), branch.keys, branch.children, strict=True):
            if key not in into:
                into[key] = item
                location.children.append(AliasLocation(used, place))
                location.keys.append(start)


def _pairs(value: Mapping[str, Any], location: MappingLocation) -> list[Pair]:
    return [(key, start, item) for (key, item), start in zip(value.items(), location.keys, strict=True)]


def _as_pyyaml_6_0_4(merges: Iterable[Merge]) -> Iterator[Pair]:
    """What *merges* bring: each key that was written once. The last one of a name counts."""
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
