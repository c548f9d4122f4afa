"""What an argument of a task can be wrapped in, to say how it is taken."""

from __future__ import annotations

from syntask._generic import Generic, T

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class BaseAnnotation(tuple[T], Generic[T]):
    """One value, and what is said about it."""

    __slots__ = ()

    def __new__(cls, value: T) -> BaseAnnotation[T]:
        return super().__new__(cls, (value,))

    @property
    def value(self) -> T:
        return tuple.__getitem__(self, 0)

    def unwrap(self) -> T:
        return self.value

    def rewrap(self, value: T) -> BaseAnnotation[T]:
        return type(self)(value)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and tuple.__eq__(self, other)

    def __hash__(self) -> int:
        return hash((type(self), self.value))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.value!r})"


class unmapped(BaseAnnotation[T]):  # noqa: N801
    """`map` gives the value as it is to each task run, instead of one item to each."""

    __slots__ = ()

    def __getitem__(self, _index: Any) -> Any:
        return self.value


class allow_failure(BaseAnnotation[T]):  # noqa: N801
    """A task run begins even if this upstream run failed; it gets the exception in place of a result."""

    __slots__ = ()


class quote(BaseAnnotation[T]):  # noqa: N801
    """The value arrives as it is: nobody looks for futures in it, or waits for one."""

    __slots__ = ()

    def unquote(self) -> T:
        return self.value


class opaque(BaseAnnotation[T]):  # noqa: N801
    """A future is waited for and its result arrives, but nobody looks for more futures in that."""

    __slots__ = ()
