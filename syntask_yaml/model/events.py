"""Progress events of long operations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple, TypeAlias, TypeVar

_T = TypeVar("_T")


class StepStarted(NamedTuple):
    """The step *step* of a *section* (`build`, `push`, `pull`) began; *label* is whom it serves."""

    label: str
    section: str
    step: str


class StepOutput(NamedTuple):
    """A line that a step wrote."""

    label: str
    line: str
    is_error: bool = False


class StepFinished(NamedTuple):
    """A step ended well after *seconds*."""

    label: str
    section: str
    step: str
    seconds: float


class Applied(NamedTuple):
    """The result for one deployment, or for `automation NAME`: *number* of so many.

    Created, updated, deleted, unchanged, failed or skipped.
    """

    deployment: str
    action: str
    error: str = ""
    number: int = 1
    total: int = 1


class Copied(NamedTuple):
    """The result for the object called *name*: *number* of so many.

    *action* is created, updated, moved or failed.
    """

    name: str
    action: str
    number: int
    total: int


class Counted(NamedTuple):
    """*number* of *total* things of one kind are done; *what* is done to them, as in `Reading files`."""

    what: str
    number: int
    total: int


class Waiting(NamedTuple):
    """Something goes on only when somebody else is done; *reason* says who."""

    reason: str


Event: TypeAlias = StepStarted | StepOutput | StepFinished | Applied | Copied | Counted | Waiting
Observer: TypeAlias = Callable[[Event], None]


def nobody(_event: Event) -> None:
    """The observer for when nobody watches."""


def counted(items: Collection[_T], what: str, notify: Observer) -> Iterator[_T]:
    """Yield *items*, and tell *notify* that it begins, and of each item that its user is done with."""
    return counted_of(items, len(items), what, notify)


def counted_of(items: Iterable[_T], total: int, what: str, notify: Observer) -> Iterator[_T]:
    """Yield *items*, of which there are *total*, as `counted` does."""
    notify(Counted(what, 0, total))
    for number, item in enumerate(items, 1):
        yield item
        notify(Counted(what, number, total))
