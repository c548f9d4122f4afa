"""Calls are bound as Python binds them."""

from __future__ import annotations

import inspect
import pickle
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from syntask._definitions.binding import bound_simply, simple_parameters

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "no parameters": lambda: None,
    "required": lambda a, b: (a, b),
    "defaults": lambda a, b=2, c=None: (a, b, c),
}
CALLS = list(product([(), (1,), (1, 2), (1, 2, 3)], [{}, {"a": 4}, {"b": 5}, {"c": 6, "b": 7}, {"d": 8}]))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_fits_is_bound_and_what_does_not_is_left_to_python(name: str) -> None:
    signature = inspect.signature(FUNCTIONS[name])
    known = pickle.loads(pickle.dumps(simple_parameters(signature)))
    for args, kwargs in CALLS:
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError:
            assert bound_simply(known, args, kwargs) is None
            continue
        bound.apply_defaults()
        assert list((bound_simply(known, args, kwargs) or {}).items()) == list(bound.arguments.items())


def test_other_signatures_are_not_simple() -> None:
    others: list[Callable[..., Any]] = [lambda *a: a, lambda **a: a, lambda *, a: a, lambda a, /: a]
    assert [simple_parameters(inspect.signature(each)) for each in others] == [None] * 4
