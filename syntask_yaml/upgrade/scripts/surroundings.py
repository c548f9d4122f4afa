"""The function or the `if __name__ == "__main__":` block that contains a call."""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from syntask_yaml.pysource.bindings import Namespace, bindings
from syntask_yaml.pysource.conditions import truth
from syntask_yaml.pysource.scope import NameScope

Function = ast.FunctionDef | ast.AsyncFunctionDef


def function_around(around: Sequence[ast.AST]) -> Function | None:
    """Return the innermost function of *around*."""
    return next((each for each in reversed(around) if isinstance(each, Function)), None)


def scope_at(node: ast.expr, around: Sequence[ast.AST], base: NameScope) -> NameScope:
    """Return the scope of *node* inside of *around*; *base* is the scope at the end of its module."""
    function = function_around(around)
    if function is not None:
        return replace(base, around=_names(function), line=math.inf, line_around=node.lineno)
    main = next((each for each in around if is_main(each)), None)
    if isinstance(main, ast.If):
        return replace(base, around=_names(main), line=node.lineno, line_around=node.lineno)
    return base.at(node.lineno)


def is_main(node: ast.AST) -> bool:
    """Return whether *node* is `if __name__ == "__main__":`."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Compare) and truth(node.test) is False


@lru_cache(maxsize=256)
def _names(node: Function | ast.If) -> Namespace:
    return bindings(node.body)
