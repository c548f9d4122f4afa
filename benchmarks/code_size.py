"""How much code there is, and in what pieces: `python -m benchmarks.code_size [DIRECTORY]`, ours by default.

A function's length is without its docstring. Its complexity is 1 and each `if`, loop, `except`, conditional
expression, case, comprehension and boolean operator.
"""

from __future__ import annotations

import ast
import io
import statistics
import sys
import tokenize
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

_BRANCHES = (
    *(ast.If, ast.For, ast.While, ast.ExceptHandler, ast.IfExp, ast.match_case),
    *(ast.comprehension, ast.BoolOp),
)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SILENT = frozenset(
    (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
)
_LONG = 40


def main(directory: Path) -> None:
    modules = {path: path.read_text(encoding="utf-8") for path in sorted(directory.rglob("*.py"))}
    trees = [ast.parse(text) for text in modules.values()]
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, _FUNCTIONS)]
    lengths = [_length(node) for node in functions]
    sizes = [text.count("\n") for text in modules.values()]
    documented = [node for tree in trees for node in ast.walk(tree) if _can_be_documented(node)]
    rows = {
        "lines": f"{sum(sizes):,}",
        "lines of code": f"{sum(map(_lines_of_code, modules.values())):,}",
        "modules": f"{len(modules)}",
        "lines of a module: median, p90, most": _shares(sizes, 90, 100),
        "functions": f"{len(functions):,}",
        "lines of a function: median, p90, p99, most": _shares(lengths, 90, 99, 100),
        f"functions of more than {_LONG} lines": f"{sum(length > _LONG for length in lengths)}",
        "complexity of a function: median, p90, most": _shares(list(map(_complexity, functions)), 90, 100),
        "with a docstring": f"{statistics.fmean(map(_is_documented, documented)):.0%}",
        "imports inside of functions": f"{sum(len(list(_inner_imports(node))) for node in functions)}",
    }
    lines = (
        "| what | how much |",
        "| --- | --- |",
        *(f"| {name} | {value} |" for name, value in rows.items()),
    )
    sys.stdout.write("\n".join(lines) + "\n")


def _shares(values: Sequence[int], *percents: int) -> str:
    ordered = sorted(values)
    picked = [ordered[min(len(ordered) * percent // 100, len(ordered) - 1)] for percent in percents]
    return " / ".join(map(str, (round(statistics.median(values)), *picked)))


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body
    first = body[1] if ast.get_docstring(function, clean=False) is not None and len(body) > 1 else body[0]
    return (function.end_lineno or 0) - first.lineno + 1 + (body[0].lineno - function.lineno)


def _complexity(function: ast.AST) -> int:
    return 1 + sum(isinstance(node, _BRANCHES) for node in ast.walk(function))


def _lines_of_code(text: str) -> int:
    """Lines that hold something beside blanks, comments and docstrings."""
    prose = {
        line
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    filled = {
        line
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type not in _SILENT
        for line in range(token.start[0], token.end[0] + 1)
    }
    return len(filled - prose)


def _can_be_documented(node: ast.AST) -> bool:
    return isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)


def _is_documented(node: Any) -> bool:
    return ast.get_docstring(node) is not None


def _inner_imports(function: ast.AST) -> Iterator[ast.AST]:
    return (node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "syntask_yaml")
