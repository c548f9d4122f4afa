"""Where a piece of code stands: which names it sees, and what has run before it."""

from __future__ import annotations

import ast
import math
from dataclasses import dataclass, replace
from pathlib import Path

from syntask_yaml.pysource.bindings import Namespace, class_names
from syntask_yaml.pysource.module import Module
from syntask_yaml.pysource.module_index import ModuleIndex

NOTHING = Namespace({})


@dataclass(frozen=True, eq=False)
class NameScope:
    """A place in *module*: what runs before *line* has run, at the top and in the class *around* it.

    *hops* counts the names that were followed to get here.
    """

    index: ModuleIndex
    module: Module
    search: tuple[Path, ...] = ()
    line: float = math.inf
    around: Namespace = NOTHING
    line_around: float = math.inf
    hops: int = 0

    def at(self, line: float) -> NameScope:
        """The same place, when *line* of the module runs."""
        return replace(self, line=min(line, self.line), line_around=line)

    def within(self, node: ast.ClassDef) -> NameScope:
        """Return the end of the body of a class that stands here."""
        return replace(self, line=node.lineno, around=class_names(node), line_around=math.inf)

    def outside(self) -> NameScope:
        """The same place, without the class around it."""
        return self if self.around is NOTHING else replace(self, around=NOTHING)

    def deferred(self) -> NameScope:
        """The same place, when the whole module has run."""
        return replace(self, line=math.inf, line_around=math.inf)


def first_line(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the line of the first decorator, or of the definition itself."""
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
