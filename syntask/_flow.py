"""The decorator: it marks a function as a flow, and leaves it the function that it is."""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, cast, overload

from syntask._deployable import Deployable, from_source
from syntask._options import MARK, FlowOptions

P = ParamSpec("P")
R = TypeVar("R")


class Flow(Deployable, Generic[P, R]):
    """The type of a function under `@flow`: callable as before, and with methods that deploy it.

    At run time it is the function itself, with the methods as attributes.
    """

    if TYPE_CHECKING:

        def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R: ...

        @overload
        def __get__(self, instance: None, owner: type) -> Flow[P, R]: ...

        @overload
        def __get__(self, instance: object, owner: type | None = None) -> Callable[..., R]: ...

        def __get__(self, instance: object, owner: type | None = None) -> Callable[..., R]: ...

    from_source = staticmethod(from_source)


class FlowDecorator:
    """`@flow`, bare or with options; `flow.from_source(…)` is a flow whose code is elsewhere."""

    from_source = staticmethod(from_source)

    @overload
    def __call__(self, function: Callable[P, R], /) -> Flow[P, R]: ...

    @overload
    def __call__(
        self,
        /,
        *,
        name: str | None = None,
        description: str | None = None,
        version: str | None = None,
        retries: int = 0,
        retry_delay_seconds: float = 0,
        timeout_seconds: float | None = None,
        log_prints: bool | None = None,
    ) -> Callable[[Callable[P, R]], Flow[P, R]]: ...

    def __call__(
        self,
        function: Callable[P, R] | None = None,
        /,
        *,
        name: str | None = None,
        description: str | None = None,
        version: str | None = None,
        retries: int = 0,
        retry_delay_seconds: float = 0,
        timeout_seconds: float | None = None,
        log_prints: bool | None = None,
    ) -> Any:
        """Mark a function as a flow, bare (`@flow`) or with options (`@flow(retries=2)`).

        Called directly it is the function, unchanged. A worker gives each run up to `retries` more
        attempts, *retry_delay_seconds* apart, and ends an attempt after *timeout_seconds*.
        """
        options = FlowOptions(
            name, description, version, retries, retry_delay_seconds, timeout_seconds, log_prints
        )

        def mark(function: Callable[P, R]) -> Flow[P, R]:
            setattr(function, MARK, options)
            return _with_methods(function)

        return mark if function is None else mark(function)


_METHODS: dict[str, Any] = {
    "deploy": Deployable.deploy,
    "serve": Deployable.serve,
    "to_deployment": Deployable.to_deployment,
}


def _with_methods(function: Callable[P, R]) -> Flow[P, R]:
    """Return *function* with the methods of a flow, which stays a function for everything else."""
    for name, method in _METHODS.items():
        setattr(function, name, MethodType(method, function))
    function.from_source = from_source  # type: ignore[attr-defined]  # an attribute of the function
    return cast("Flow[P, R]", function)


flow = FlowDecorator()
