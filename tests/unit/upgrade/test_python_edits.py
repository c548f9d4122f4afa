"""Edits on Python texts: what is not edited stays, byte by byte."""

from __future__ import annotations

import ast

import pytest

from syntask_yaml.upgrade.python_edits import EditConflict, PythonEdits
from syntask_yaml.upgrade.python_tree import parse


def without(text: str, *numbers: int) -> str:
    """*text* without the statements of its top level that have these numbers."""
    edits = PythonEdits(text)
    for number in numbers:
        edits.remove(edits.tree.body[number])
    return edits.result()


def test_places_are_counted_in_bytes() -> None:
    edits = PythonEdits("größe = 'ä'; last = 1\n")
    edits.replace_node(edits.tree.body[1], "last = 2")
    assert edits.result() == "größe = 'ä'; last = 2\n"


@pytest.mark.parametrize("text", ["\ufeffx = 1\r\ny = 2\r\n", "x = 1\f\n\ty = 2\n"[:6] + "\n", "x = 1"])
def test_a_text_without_edits_stays_as_it_is(text: str) -> None:
    assert PythonEdits(text).result() == text


def test_a_byte_order_mark_and_line_ends_stay() -> None:
    edits = PythonEdits("\ufeffx = 1\r\ny = 2\r\n")
    edits.comment_above(edits.tree.body[1], "two")
    assert edits.result() == "\ufeffx = 1\r\n# two\r\ny = 2\r\n"


@pytest.mark.parametrize(
    ("text", "numbers", "rest"),
    [
        ("a()\nb()  # why\nc()\n", (1,), "a()\nc()\n"),
        ("a(); b(); c()\n", (1,), "a(); c()\n"),
        ("a(); b()\n", (1,), "a()\n"),
        ("a()\n\n\nb()\n", (1,), "a()\n"),
        ("a()\n\nb()\n\nc()\n", (1,), "a()\n\nc()\n"),
        ("a()\nb(\n  1,\n)\nc()\n", (1,), "a()\nc()\n"),
        ("a()\n", (0,), ""),
        ("@x\ndef f():\n    pass\na()\n", (0,), "a()\n"),
    ],
)
def test_a_statement_is_removed_with_its_lines(text: str, numbers: tuple[int, ...], rest: str) -> None:
    assert without(text, *numbers) == rest


def test_a_block_without_statements_gets_pass() -> None:
    edits = PythonEdits("if x:\n    a()\n    b()\nelse:\n    c()\n")
    (branch,) = edits.tree.body
    assert isinstance(branch, ast.If)
    for each in branch.body:
        edits.remove(each)
    assert edits.result() == "if x:\n    pass\nelse:\n    c()\n"


def test_what_stays_on_a_line_keeps_its_indentation() -> None:
    edits = PythonEdits("def f():\n    a()\n\n    b(); c()\n    d(); e(); g()\n")
    (function,) = edits.tree.body
    assert isinstance(function, ast.FunctionDef)
    for number in (0, 1, 3, 4):
        edits.remove(function.body[number])

    assert edits.result() == "def f():\n\n    c()\n    g()\n"


def test_a_main_guard_without_statements_is_removed() -> None:
    edits = PythonEdits("a()\n\n\nif __name__ == '__main__':\n    b()\n")
    guard = edits.tree.body[1]
    assert isinstance(guard, ast.If)
    edits.remove(guard.body[0])
    assert edits.result() == "a()\n"


def test_edits_in_a_removed_statement_go_with_it() -> None:
    edits = PythonEdits("a(b)\nc()\n")
    first = edits.tree.body[0]
    assert isinstance(first, ast.Expr)
    assert isinstance(first.value, ast.Call)
    edits.replace_node(first.value.args[0], "d")
    edits.remove(first)
    assert edits.result() == "c()\n"


def test_taken_text_has_its_edits() -> None:
    edits = PythonEdits("a = f(b)\n")
    (assignment,) = edits.tree.body
    assert isinstance(assignment, ast.Assign)
    assert isinstance(assignment.value, ast.Call)
    edits.replace_node(assignment.value.args[0], "c")
    text = edits.take(assignment.value)
    edits.replace_node(assignment, f"g({text})")
    assert edits.result() == "g(f(c))\n"


def test_overlapping_edits_are_refused() -> None:
    edits = PythonEdits("a = 1\n")
    edits.replace(0, 3, "b ")
    edits.replace(2, 5, "= 2")
    with pytest.raises(EditConflict):
        edits.result()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = '''a\nb'''; f()\n", "# new\nx = '''a\nb'''; f()\n"),
        ("if x: f()\n", "# new\nif x: f()\n"),
        ("if x: \\\n  f()\n", "# new\nif x: \\\n  f()\n"),
        ("if x:\n\tf()\n", "if x:\n\t# new\n\tf()\n"),
        ("@f\ndef f():\n    pass\n", "# new\n@f\ndef f():\n    pass\n"),
    ],
)
def test_a_comment_stands_above_the_logical_line(text: str, expected: str) -> None:
    edits = PythonEdits(text)
    found = [node for node in ast.walk(edits.tree) if isinstance(node, (ast.Expr, ast.FunctionDef))]
    edits.comment_above(found[-1], "new")
    assert edits.result() == expected
    parse(expected)


@pytest.mark.parametrize("text", ["print 'x'\n", "x = 1\0\n", "(" * 10_000])
def test_what_is_not_python_is_a_syntax_error(text: str) -> None:
    with pytest.raises(SyntaxError):
        PythonEdits(text)
