"""Progress events of long operations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple, TypeAlias, TypeVar

_T = TypeVar("_T")


class StepStarted(NamedTuple):
    """A *step* of a *section* (`build`, `push`, `pull`) started; *label* names its deployments."""

    label: str
    section: str
    step: str


class StepOutput(NamedTuple):
    """A line of output of a step."""

    label: str
    line: str
    is_error: bool = False


class StepFinished(NamedTuple):
    """A step succeeded after *seconds*."""

    label: str
    section: str
    step: str
    seconds: float


class Applied(NamedTuple):
    """The result for one deployment, or for `automation NAME`: *number* of so many.

    *action* is created, updated, deleted, unchanged, failed or skipped.
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
    """*number* of *total* items are done; *what* is the operation, such as `Reading files`."""

    what: str
    number: int
    total: int


class Waiting(NamedTuple):
    """The operation waits for another process; *reason* says which."""

    reason: str


Event: TypeAlias = StepStarted | StepOutput | StepFinished | Applied | Copied | Counted | Waiting
Observer: TypeAlias = Callable[[Event], None]


def nobody(_event: Event) -> None:
    """Ignore the event."""


def counted(items: Collection[_T], what: str, notify: Observer) -> Iterator[_T]:
    """Yield *items*, and notify of the start and of each item that the caller is done with."""
    return counted_of(items, len(items), what, notify)


def counted_of(items: Iterable[_T], total: int, what: str, notify: Observer) -> Iterator[_T]:
    """Yield *total* *items*, with the notifications of `counted`."""
    notify(Counted(what, 0, total))
    for number, item in enumerate(items, 1):
        yield item
        notify(Counted(what, number, total))
