"""No expression reaches Python, and none grows out of proportion."""

from __future__ import annotations

import json
import os
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syntask_yaml.template import Scope, Unresolved, resolve
from syntask_yaml.template.costs import MAX_STEPS
from syntask_yaml.template.expression import ExpressionFailed
from syntask_yaml.template.sandbox import FILTERS, evaluate

OUTPUTS: dict[str, Any] = {
    "x": "text",
    "n": 3,
    "z": 0,
    "large": 10**299,
    "items": [1, 2],
    "long": "a" * 100_000,
    "many": [str(number) for number in range(20_000)],
    "f": {"a": 1},
}

ATTACKS = [
    "x.__class__",
    "x.__class__.__mro__[1].__subclasses__()",
    "''.__class__",
    "''['__class__']",
    "x['__class__']",
    "(x | attr('__class__'))",
    "x | attr('upper')",
    "x.upper()",
    "self",
    "self._TemplateReference__context",
    "config",
    "request",
    "cycler.__init__.__globals__",
    "lipsum.__globals__['os']",
    "range(10)",
    "namespace()",
    "joiner",
    "dict(a=1)",
    "x.format(x)",
    "'{0.__class__}' % x",
    "'%s' % x",
    "'{0.__class__}' | format(x)",
    "x | map('upper') | list",
    "items | map(attribute='__class__') | list",
    "items | sort(attribute='__class__')",
    "items | groupby('__class__')",
    "f | xmlattr",
    "x | pprint",
    "_",
    "__builtins__",
    "().__class__.__bases__[0]",
    "{% import 'os' as os %}",
    "{% for i in items %}{% endfor %}",
    "loop",
    "caller()",
    "super()",
]


def resolved(text: str) -> tuple[Any, list[Unresolved]]:
    problems: list[Unresolved] = []
    return resolve(text, Scope(outputs=OUTPUTS), problems.append), problems


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_a_problem(attack: str) -> None:
    _, problems = resolved(f"{{{{ {attack} }}}}")

    assert len(problems) >= 1


GREEDY = [
    "x * 1000000000",
    "10 ** 10 ** 10",
    "2 ** 100000000",
    "'%1000000000d' % 1",
    "[0] * 1000000000",
    "long ~ long ~ long ~ long ~ long ~ long ~ long ~ long ~ long ~ long ~ long",
    "x | replace('', long) | replace('a', long)",
    "long | replace('a', long)",
    "items | join(long * 100)",
    "items | tojson(indent=1000000000)",
    "items | tojson(1000000000)",
    "x | indent(1000000000)",
    "x | center(1000000000)",
    "[" * 5000,
    "(" * 200 + "1" + ")" * 200,
    "- " * 3000 + "1",
    "x" * 20_000,
    " ~ ".join(["long"] * 500),
    "1.5 | round(1000000000, 'ceil')",
    "many | join(long) | length",
    "many | select | join(long) | length",
    "many | select('in', many) | list | length",
    "[many, many, many] | sum(start=[]) | length",
    " ~ ".join(["(many | sort | length)"] * 300),
    " ~ ".join(["(x | replace('t', long) | length)"] * 300),
]


@pytest.mark.parametrize("text", GREEDY, ids=lambda text: text[:30])
def test_what_would_grow_is_a_problem(text: str) -> None:
    value, problems = resolved(f"{{{{ {text} }}}}")

    assert problems != [] or len(repr(value)) < 2_000_000
    assert problems != [] or text.startswith("(")


NUMBERS = [
    "large * large",
    "large + 9 * large",
    "large * 1.5 * large",
    "1e999 + 0",
    "9" * 400 + " + 0",
    "9" * 6000 + " + 0",
    "9" * 400 + " | float",
    "'inf' | float",
    "'nan' | float",
    "'1e999' | float",
    "('9' * 400) | int",
    "[large, 9 * large] | sum",
    "1e308 + 1e308",
    "-1e308 - 1e308",
]


@pytest.mark.parametrize("text", NUMBERS, ids=lambda text: text[:30])
def test_a_number_that_json_or_a_reader_has_no_use_for_is_a_problem(text: str) -> None:
    _, problems = resolved(f"{{{{ {text} }}}}")

    assert [problem.reason.code for problem in problems] == ["invalid-template"]


@pytest.mark.parametrize(
    "text",
    [
        "1" + "+1" * 1000,
        "- " * 60 + "1",
        "not " * 60 + "x",
        "x" + "|lower" * 60,
        "[" * 60 + "x, 1" + "]" * 60,
        "not " * 2000 + "1",
        "(" * 2000 + "x, 1" + ")" * 2000,
    ],
)
def test_a_chain_of_operators_is_refused_by_its_depth(text: str) -> None:
    _, problems = resolved(f"{{{{ {text} }}}}")

    assert "nested more than 50 levels deep" in problems[0].reason.detail


def test_a_chain_of_usual_length_has_a_value() -> None:
    assert resolved("{{ " + "+".join(["n"] * 40) + " }}") == (120, [])


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("1 +", 'For literal braces, write `{{ "{{" }}`.'),
        ("x | int", "Set `x` to a whole number, or give `int` a default: `int(0)`."),
        ("(x ~ n) | float", "Set `x` and `n` to a number, or give `float` a default: `float(0)`."),
        ("n / z", "Check the value of `n` and `z`."),
        ("1 / 0", "Fix the expression."),
        ("x | lowr", "Did you mean `lower`?"),
        ("9" * 400 + " + 0", "Write a smaller number."),
    ],
    ids=lambda text: text[:20],
)
def test_the_hint_is_about_what_failed(text: str, hint: str) -> None:
    _, problems = resolved(f"{{{{ {text} }}}}")

    assert problems[0].reason.hint == hint


_LITERALS = st.sampled_from(
    [
        *OUTPUTS,
        "1",
        "0",
        "-1",
        "2.5",
        "1e308",
        "1e999",
        "9" * 310,
        "''",
        "'a'",
        "'{'",
        "true",
        "none",
        "[]",
        "{}",
        "missing",
    ]
)
_OPERATORS = st.sampled_from(
    ["+", "-", "*", "/", "//", "%", "**", "~", "<", "==", "in", "not in", "and", "or", "is", "if"]
)
_TESTS = st.sampled_from(
    ["defined", "none", "number", "divisibleby(0)", "sameas(1)", "in(1)", "filter", "test"]
)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    filters = st.sampled_from(FILTERS)
    arguments = st.lists(inner, max_size=3).map(", ".join)
    return st.one_of(
        st.tuples(inner, _OPERATORS, inner).map(lambda found: f"({' '.join(found)})"),
        st.tuples(inner, filters, arguments).map(lambda found: f"({found[0]} | {found[1]}({found[2]}))"),
        st.tuples(inner, filters).map(lambda found: f"({found[0]} | {found[1]})"),
        st.tuples(inner, _TESTS).map(lambda found: f"({found[0]} is {found[1]})"),
        st.tuples(inner, inner, inner).map(lambda found: f"({found[0]} if {found[1]} else {found[2]})"),
        st.tuples(inner, inner).map(lambda found: f"({found[0]})[{found[1]}]"),
        st.tuples(inner, inner, inner).map(lambda found: f"({found[0]})[{found[1]}:{found[2]}]"),
        st.lists(inner, max_size=3).map(lambda found: f"[{', '.join(found)}]"),
        st.tuples(inner, inner).map(lambda found: f"{{{found[0]}: {found[1]}}}"),
        inner.map("-{}".format),
        inner.map("not {}".format),
    )


@settings(max_examples=int(os.environ.get("SYNTASK_EXPRESSIONS", "400")), deadline=None)
@given(st.recursive(_LITERALS, _larger, max_leaves=12))
def test_an_expression_of_any_form_ends_in_a_json_value_or_a_problem(text: str) -> None:
    """And the same from a whole text and inside one."""
    value, problems = resolved("{{ " + text + " }}")
    joined, _ = resolved("a {{ " + text + " }}")

    assert isinstance(joined, str)
    assert problems or len(json.dumps(value, allow_nan=False)) < 10 * MAX_STEPS


@settings(max_examples=300, deadline=None)
@given(st.text("{} .|()[]'\"x_n~+-*%=,:0a$\\", max_size=40))
def test_random_expressions_end_in_a_value_or_a_problem(text: str) -> None:
    value, problems = resolved("{{ " + text + " }}")

    assert problems or isinstance(value, (str, int, float, bool, list, dict, type(None)))


@pytest.mark.parametrize(
    "text",
    [
        "{{" * 50_000,
        "{{ '" * 20_000,
        "{{ \\" * 20_000,
        "{{ a" * 20_000,
        "{{ " + "a-" * 40_000 + " }}",
        "{{ a" + ".b" * 40_000,
    ],
    ids=lambda text: text[:8],
)
def test_a_text_that_means_ill_costs_no_more_than_its_length(text: str) -> None:
    """The bound is loose: what is not linear here takes minutes."""
    began = time.process_time()
    resolved(text)

    assert time.process_time() - began < 10


def test_the_environment_is_what_was_given() -> None:
    os.environ["SYNTASK_PLANTED"] = "planted"
    try:
        _, problems = resolved("{{ $SYNTASK_PLANTED }}")
    finally:
        del os.environ["SYNTASK_PLANTED"]

    assert [problem.reason.code for problem in problems] == ["unset-name"]


def test_python_does_not_warn_of_what_a_file_says() -> None:
    """Python warns of a constant with an index while Jinja's code is compiled, which here is an error."""
    with pytest.raises(ExpressionFailed, match="is not subscriptable"):
        evaluate("true[n:n]", {"n": 3})
