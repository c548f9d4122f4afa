"""Split names of deployments into requests whose results fit on one page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from syntask_yaml.backend.prefect.pages import PAGE

# The names of a flow and a deployment.
_Pair: TypeAlias = tuple[str, str]


class NamesByPage:
    """Splits the deployments called *names* (`flow/name`) into parts whose results fit on one page.

    A server filters by flow and by name independently. The result for a part contains all deployments with
    one of its flows and one of its names, which includes some of other parts.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._pairs = [(flow, name) for flow, _, name in map(_split, sorted(names))]
        self._names: dict[str, set[str]] = defaultdict(set)
        self._flows: dict[str, set[str]] = defaultdict(set)
        for flow, name in self._pairs:
            self._names[flow].add(name)
            self._flows[name].add(flow)

    def __iter__(self) -> Iterator[list[_Pair]]:
        part: list[_Pair] = []
        flows: set[str] = set()
        names: set[str] = set()
        found = 0
        for pair in self._pairs:
            more = self._found_with(pair, flows, names)
            if part and found + more > PAGE:
                yield part
                part, flows, names, found = [], set(), set(), 0
                more = 1
            part.append(pair)
            flows.add(pair[0])
            names.add(pair[1])
            found += more
        if part:
            yield part

    def _found_with(self, pair: _Pair, flows: set[str], names: set[str]) -> int:
        """Return how many results *pair* adds to those for *flows* and *names*."""
        flow, name = pair
        of_flow = 0 if flow in flows else len(self._names[flow] & {*names, name})
        of_name = 0 if name in names else len(self._flows[name] & flows)
        return of_flow + of_name


def _split(full_name: str) -> tuple[str, str, str]:
    return full_name.partition("/")
