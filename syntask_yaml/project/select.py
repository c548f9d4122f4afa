"""Select deployments by names and globs over `flow/deployment`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple, TypeVar

from syntask_yaml.diagnostics import nearest
from syntask_yaml.errors import NotFound

T = TypeVar("T")


class Selectable(NamedTuple):
    """The names by which a deployment can be selected: its *name*, and the names of its flow.

    *written* is the name as it is written in the file, if that is a template.
    """

    name: str
    flows: tuple[str, ...]
    written: str = ""

    def is_called(self, pattern: str) -> bool:
        """Return whether *pattern*, with or without a flow, is exactly this deployment's name."""
        return self._fits(pattern, str.__eq__)

    def matches(self, pattern: str) -> bool:
        """Return whether *pattern*, a glob with or without a flow, matches this deployment's name."""
        return self._fits(pattern, fnmatchcase)

    def _fits(self, pattern: str, is_like: Callable[[str, str], bool]) -> bool:
        names = [name for name in (self.name, self.written) if name]
        flow, slash, rest = pattern.rpartition("/")
        if any(is_like(name, rest) for name in names):
            return not slash or any(is_like(each, flow) for each in self.flows)
        return False


def select(
    candidates: Sequence[tuple[Selectable, T]], patterns: Iterable[str], *, owner: str = "The project"
) -> list[T]:
    """Return the candidates that match *patterns*, each once, in the order of *candidates*.

    A pattern that is exactly the name of a deployment is not a glob. Raises NotFound, with the nearest name,
    for a pattern without a match.
    """
    known = [candidate for candidate, _ in candidates]
    found = {pattern: _matching(known, pattern) for pattern in patterns}
    unmatched = [pattern for pattern, places in found.items() if not places]
    if unmatched:
        raise NotFound(_explain(unmatched, owner), hint=_suggest(unmatched[0], known))
    return [candidates[place][1] for place in sorted(set().union(*found.values()))]


def _matching(candidates: Sequence[Selectable], pattern: str) -> list[int]:
    called = [place for place, each in enumerate(candidates) if each.is_called(pattern)]
    return called or [place for place, each in enumerate(candidates) if each.matches(pattern)]


def _explain(unmatched: Sequence[str], owner: str) -> str:
    listed = ", ".join(f"`{pattern}`" for pattern in unmatched)
    return f"{owner} has no deployment {listed}."


def _suggest(pattern: str, candidates: Sequence[Selectable]) -> str:
    names = [candidate.name for candidate in candidates]
    full = [f"{candidate.flows[0]}/{candidate.name}" for candidate in candidates if candidate.flows]
    found = nearest(pattern, full if "/" in pattern else [*names, *full])
    if found:
        return f"Did you mean `{found}`?"
    listed = ", ".join(f"`{name}`" for name in full[:5])
    more = f" and {len(full) - 5} more" if len(full) > 5 else ""
    return f"Available deployments: {listed}{more}." if full else "There are no deployments."
