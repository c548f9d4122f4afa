"""Aliases of generic classes, which are made without `typing`."""

from __future__ import annotations

from typing import Any, Generic, TypeVar, get_args, get_origin

from syntask import Flow, State, Task, flow
from syntask._generic import T as TYPE
from syntask.states import Completed

T = TypeVar("T")


def test_a_generic_class_has_aliases() -> None:
    for alias in (Flow[..., int], Task[[str], int], State[int]):
        assert (get_origin(alias), int) == (get_origin(alias), get_args(alias)[-1])
    assert get_origin(State[int] | None) is not None
    assert get_origin(State[int]) is type(Completed())
    assert TYPE is None


def test_a_generic_class_has_subclasses() -> None:
    class Named(Flow[..., T], Generic[T]):
        """A flow of its own kind."""

    def nothing() -> Any:
        """Do nothing."""

    assert isinstance(Named(nothing), Flow)
    assert get_origin(Named[int]) is Named
    assert isinstance(flow(nothing), Flow)
