"""The names, tags, paths and pools by which declared deployments are selected."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from syntask_yaml.document.node import Node
from syntask_yaml.errors import SyntaskError
from syntask_yaml.files import shown_path
from syntask_yaml.project.declaration import Declaration
from syntask_yaml.project.filters import PATH, POOL, TAG
from syntask_yaml.project.flows import FlowReader
from syntask_yaml.template import is_template

Resolve = Callable[[Node], str]


@dataclass(frozen=True, slots=True)
class DeclaredFacets:
    """The facets of the declarations of the project at *root*, with their templates resolved.

    *resolve* is None without an environment. *default_pool* is the work pool of declarations without one.
    """

    root: Path
    reader: FlowReader
    resolve: Resolve | None = None
    default_pool: str | None = None

    @property
    def table(self) -> dict[str, Callable[[Declaration], tuple[str, ...]]]:
        """The facet functions, by kind of word."""
        return {TAG: self.tags, PATH: self.paths, POOL: self.pools}

    def tags(self, declaration: Declaration) -> tuple[str, ...]:
        node = declaration.node.get("tags")
        return tuple(filter(None, map(self._text, _leaves(node)))) if node is not None else ()

    def paths(self, declaration: Declaration) -> tuple[str, ...]:
        """Return the file of the flow, relative to the root."""
        with suppress(SyntaskError):
            file = self.reader.find(self.entrypoint(declaration)).path
            return (shown_path(file, self.root.absolute()),)
        return ()

    def pools(self, declaration: Declaration) -> tuple[str, ...]:
        pool = declaration.node.get("work_pool")
        name = pool.get("name") if pool is not None else None
        text = self._text(name) if name is not None and name.value is not None else self.default_pool
        return (text,) if text else ()

    def entrypoint(self, declaration: Declaration) -> str:
        node = declaration.node.get("entrypoint")
        return self._text(node) if node is not None else ""

    def _text(self, node: Node) -> str:
        value = node.value
        if is_template(value):
            return self.resolve(node) if self.resolve else ""
        return "" if value is None else str(value)


def _leaves(node: Node) -> Iterator[Node]:
    if isinstance(node.value, list):
        for child in node.children():
            yield from _leaves(child)
    else:
        yield node
