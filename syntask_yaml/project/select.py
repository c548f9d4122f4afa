"""Which deployments a command is about: names and globs over `flow/deployment`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeVar

from syntask_yaml.diagnostics import nearest
from syntask_yaml.errors import NotFound

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a deployment can be asked for by: its *name*, and the names that its flow goes by."""

    name: str
    flows: tuple[str, ...]

    def matches(self, pattern: str) -> bool:
        """Whether *pattern*, a name or a glob with or without a flow, means this deployment."""
        flow, slash, name = pattern.rpartition("/")
        if not slash:
            return self._is_named(pattern)
        return self._is_named(name) and any(fnmatchcase(each, flow) for each in self.flows)

    def _is_named(self, pattern: str) -> bool:
        return self.name == pattern or fnmatchcase(self.name, pattern)


def select(
    candidates: Sequence[tuple[Candidate, T]], patterns: Iterable[str], *, place: str = "in the project"
) -> list[T]:
    """What the *patterns* mean, each once, in the order of *candidates*.

    Raises NotFound, with the nearest name, if a pattern means nothing.
    """
    patterns = tuple(patterns)
    unmatched = [
        pattern for pattern in patterns if not any(candidate.matches(pattern) for candidate, _ in candidates)
    ]
    if unmatched:
        raise NotFound(
            _explain(unmatched, place), hint=_suggest(unmatched[0], [each for each, _ in candidates])
        )
    return [item for candidate, item in candidates if any(candidate.matches(pattern) for pattern in patterns)]


def _explain(unmatched: Sequence[str], place: str) -> str:
    listed = ", ".join(f"`{pattern}`" for pattern in unmatched)
    return f"There is no deployment {listed} {place}. Nothing was done."


def _suggest(pattern: str, candidates: Sequence[Candidate]) -> str:
    names = [candidate.name for candidate in candidates]
    full = [f"{candidate.flows[0]}/{candidate.name}" for candidate in candidates if candidate.flows]
    found = nearest(pattern, full if "/" in pattern else [*names, *full])
    if found:
        return f"Did you mean `{found}`?"
    listed = ", ".join(f"`{name}`" for name in full[:5])
    more = f" and {len(full) - 5} more" if len(full) > 5 else ""
    return f"There are {listed}{more}." if full else "There are none."
