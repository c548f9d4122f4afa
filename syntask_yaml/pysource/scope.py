"""The location of code: the names in its scope, and the code that ran before it."""

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
    """A location in *module*: everything before *line* has run, at the top and in the class *around* it.

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
        """Return the same scope as of *line* of the module."""
        return replace(self, line=min(line, self.line), line_around=line)

    def within(self, node: ast.ClassDef) -> NameScope:
        """Return the scope at the end of the body of a class in this scope."""
        return replace(self, line=node.lineno, around=class_names(node), line_around=math.inf)

    def outside(self) -> NameScope:
        """Return the scope around the class."""
        return self if self.around is NOTHING else replace(self, around=NOTHING)

    def deferred(self) -> NameScope:
        """Return the same scope after the execution of the whole module."""
        return replace(self, line=math.inf, line_around=math.inf)


def first_line(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the line of the first decorator, or of the definition itself."""
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
