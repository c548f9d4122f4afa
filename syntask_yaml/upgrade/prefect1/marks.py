"""Marks in the code: a TODO above each statement that is left, and a summary at the top of the file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from syntask_yaml.diagnostics import Diagnostic, Severity
from syntask_yaml.upgrade.prefect1.draft import MARK, FlowFileDraft
from syntask_yaml.upgrade.prefect1.library import replacement
from syntask_yaml.upgrade.prefect1.module import FlowModule
from syntask_yaml.upgrade.prefect1.names import imported_names, is_gone
from syntask_yaml.upgrade.python_edits import PythonEdits
from syntask_yaml.upgrade.python_tree import statements

_SUMMARY = (
    "TODO(syntask upgrade): this file does not run with Prefect 3 until the marked places below are changed."
)


def with_rest_marked(draft: FlowFileDraft, module: FlowModule) -> str:
    """Return the text with marks at remaining uses of Prefect 1, and a summary if it cannot be imported."""
    gone = [(node, name) for node in statements(module.tree) for name in _gone_in(node)]
    if gone:
        _add_summary(module.edits)
    draft.problems += _marked_rest(module)
    if gone and not any(not problem.is_note for problem in draft.problems):
        draft.problems += [_leave(module, node, *replacement(name)) for node, name in gone]
    return module.edits.result()


def mark(code: str, text: str) -> str:
    """Return the comment for a statement that is left; *code* is that of its message."""
    return f"{MARK}{code.removeprefix('p1-')}): {' '.join(text.split())}"


def _marked_rest(module: FlowModule) -> list[Diagnostic]:
    """Mark unmarked uses of Prefect 1, such as a name in an argument that was kept."""
    problems: list[Diagnostic] = []
    for node in module.names.references:
        statement = module.statement(node)
        if not is_gone(module.names.of(node)) or MARK in module.edits.line(_first_line(statement) - 1):
            continue
        code, text = replacement(module.names.of(node))
        if not any(problem.span == module.span(statement) for problem in problems):
            problems.append(_leave(module, statement, code, text))
    return problems


def _leave(module: FlowModule, statement: ast.stmt, code: str, text: str) -> Diagnostic:
    module.edits.comment_above(statement, mark(code, text))
    return Diagnostic(code, text, "", Severity.WARNING, module.span(statement))


def _gone_in(node: ast.AST) -> Iterator[str]:
    """Yield the names of an import that Prefect 3 lacks."""
    if isinstance(node, (ast.Import, ast.ImportFrom)) and node.names[0].name != "*":
        yield from (name for _, name in imported_names([node]) if is_gone(name))


def _first_line(statement: ast.stmt) -> int:
    decorators = getattr(statement, "decorator_list", None)
    return int(decorators[0].lineno if decorators else statement.lineno)


def _add_summary(edits: PythonEdits) -> None:
    """Insert a comment at the top of a file, after a shebang and an encoding line."""
    behind = 0
    for line in edits.head(2):
        if not line.startswith("#!") and not re.match(r"#.*coding[:=]", line):
            break
        behind += len(line.encode())
    edits.insert(behind, f"# {_SUMMARY}{edits.newline}")
