"""The filters `--select` and `--exclude`: words over the names, tags, paths and work pools of deployments."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Generic, TypeVar

from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.errors import NotFound
from syntask_yaml.project.select import Selectable, select

T = TypeVar("T")

# The kinds of words, and their names in messages.
TAG, PATH, POOL = "tag", "path", "pool"
KINDS: Mapping[str, str] = {TAG: "tag", PATH: "path", POOL: "work pool"}
NAME = "name"

_GLOB = re.compile(r"(?P<levels>\*\*/)|(?P<rest>\*\*)|(?P<part>\*)|(?P<one>\?)|.", re.DOTALL)
_WRITTEN = {"levels": "(?:.*/)?", "rest": ".*", "part": "[^/]*", "one": "[^/]"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """A selection of deployments: *names*, words to *select* by, and words to *exclude* by.

    A word is `tag:NAME`, `path:GLOB`, `pool:NAME`, or the name of a deployment; all of them may be globs.
    """

    names: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True)
class Searchable(Generic[T]):
    """The deployments of *owner*: *items* with their facets.

    *facets* returns the facets of an item for each of `KINDS`. *named* returns each item with its names, in
    order.
    """

    owner: str
    items: Sequence[T]
    facets: Mapping[str, Callable[[T], Collection[str]]]
    named: Callable[[Sequence[str]], Sequence[Selectable]]

    def find(self, filters: Filters) -> list[T]:
        """Return the items that match *filters*, in order: any word of a kind, and all kinds.

        Raises NotFound, with the nearest match, for a word without a match.
        """
        by_kind: dict[str, set[int]] = {}
        if filters.names:
            by_kind[NAME] = self._named(filters.names)
        for word in filters.select:
            by_kind.setdefault(_parts(word)[0], set()).update(self._matching(word))
        kept = set(range(len(self.items))).intersection(*by_kind.values())
        for word in filters.exclude:
            kept -= self._matching(word)
        return [self.items[place] for place in sorted(kept)]

    def _matching(self, word: str) -> set[int]:
        kind, pattern = _parts(word)
        if kind == NAME:
            return self._named((pattern,))
        known = [self.facets[kind](item) for item in self.items]
        found = {place for place, each in enumerate(known) if any(_fits(kind, one, pattern) for one in each)}
        if not found:
            everything = sorted(set().union(*known))
            hint = did_you_mean(pattern, everything, otherwise=_listed(everything))
            raise NotFound(f"{self.owner} has no deployment with the {KINDS[kind]} `{pattern}`.", hint=hint)
        return found

    def _named(self, patterns: Sequence[str]) -> set[int]:
        candidates = [(each, place) for place, each in enumerate(self.named(patterns))]
        return set(select(candidates, patterns, owner=self.owner))


def _parts(word: str) -> tuple[str, str]:
    """Return the kind and the value of a word; a colon after anything else belongs to a name."""
    kind, colon, pattern = word.partition(":")
    return (kind, pattern) if colon and kind in KINDS else (NAME, word)


def _fits(kind: str, value: str, pattern: str) -> bool:
    if kind == PATH:
        return _path_expression(pattern).fullmatch(value) is not None
    return value == pattern or fnmatchcase(value, pattern)


@lru_cache(maxsize=64)
def _path_expression(pattern: str) -> re.Pattern[str]:
    """Return the pattern of a glob over paths: the path, and everything below it. `**` spans folders."""
    plain = pattern.removeprefix("./").rstrip("/")
    written = (_WRITTEN.get(part.lastgroup or "", re.escape(part[0])) for part in _GLOB.finditer(plain))
    return re.compile(rf"{''.join(written)}(?:/.*)?", re.DOTALL)


def _listed(values: Sequence[str]) -> str:
    if not values:
        return ""
    shown = ", ".join(f"`{value}`" for value in values[:6])
    return f"There are {shown}{' and others' if len(values) > 6 else ''}."
