"""Wrappers for arguments of tasks that define how these are passed."""

from __future__ import annotations

from syntask._generic import Generic, T

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class BaseAnnotation(tuple[T], Generic[T]):
    """An annotated value."""

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
    """A value that `map` passes unchanged to each task run, instead of one item each."""

    __slots__ = ()

    def __getitem__(self, _index: Any) -> Any:
        return self.value


class allow_failure(BaseAnnotation[T]):  # noqa: N801
    """An argument whose failed run does not prevent the task run, which gets the exception as the result."""

    __slots__ = ()


class quote(BaseAnnotation[T]):  # noqa: N801
    """A value that is passed unchanged, without searching it for futures."""

    __slots__ = ()

    def unquote(self) -> T:
        return self.value


class opaque(BaseAnnotation[T]):  # noqa: N801
    """A future whose result is passed, without searching that for more futures."""

    __slots__ = ()
