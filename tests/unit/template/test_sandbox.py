"""No expression reaches Python, and none grows out of proportion."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syntask_yaml.template import Scope, Unresolved, resolve

OUTPUTS: dict[str, Any] = {"x": "text", "n": 3, "items": [1, 2], "long": "a" * 100_000, "f": {"a": 1}}

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
]


@pytest.mark.parametrize("text", GREEDY, ids=lambda text: text[:30])
def test_what_would_grow_is_a_problem(text: str) -> None:
    value, problems = resolved(f"{{{{ {text} }}}}")

    assert problems != [] or len(repr(value)) < 2_000_000
    assert problems != [] or text.startswith("(")


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
