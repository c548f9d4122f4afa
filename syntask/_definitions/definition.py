"""The common base of flows and tasks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import update_wrapper
from types import CodeType

from syntask._definitions.binding import bound_simply, simple_parameters
from syntask._exceptions import ParameterBindError, ReservedArgumentError
from syntask._generic import Generic, P, R
from syntask._runs.states import State, StateType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from inspect import Signature
    from typing import Any, Self, TypeVar

    H = TypeVar("H", bound=Callable[..., Any])

_COROUTINE, _GENERATOR, _ASYNC_GENERATOR = 0x80, 0x20, 0x200
_RESERVED = ("return_state", "wait_for")

# The option for the hooks of each state.
HOOKS = {
    "on_completion": StateType.COMPLETED,
    "on_failure": StateType.FAILED,
    "on_cancellation": StateType.CANCELLING,
    "on_crashed": StateType.CRASHED,
    "on_running": StateType.RUNNING,
}


class Definition(Generic[P, R]):
    """A function *fn* whose calls are runs. *hooks* are functions by type of state."""

    fn: Callable[P, R]
    name: str
    _description: str | None
    retries: int
    retry_delay_seconds: float | Sequence[float] | None
    retry_jitter_factor: float | None = None
    timeout_seconds: float | None
    log_prints: bool | None
    result_storage: str | None
    result_serializer: str | None
    hooks: dict[StateType, list[Callable[..., Any]]]

    def take(self, function: Any) -> None:
        """Define *function*, which may be a class method or a static method."""
        self.isclassmethod = isinstance(function, classmethod)
        self.isstaticmethod = isinstance(function, staticmethod)
        self.fn = function.__func__ if self.isclassmethod or self.isstaticmethod else function
        if not callable(self.fn):
            raise TypeError(f"A {type(function).__name__} cannot be called. Decorate a function.")
        wrapper: Any = self
        update_wrapper(wrapper, self.fn)
        flags = _flags(self.fn)
        self.isasync = bool(flags & (_COROUTINE | _ASYNC_GENERATOR))
        self.isgenerator = bool(flags & (_GENERATOR | _ASYNC_GENERATOR))
        self._signature: Signature | None = None
        self._simple: Mapping[str, Any] | None = None
        self._bound: tuple[Any, ...] = ()
        self._check_names()

    @property
    def description(self) -> str | None:
        """The description passed to the decorator, by default the docstring."""
        import inspect

        return self._description or inspect.getdoc(self.fn)

    def _check_names(self) -> None:
        code = getattr(self.fn, "__code__", None)
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount] if code else ()
        for name in _RESERVED:
            if name in names:
                raise ReservedArgumentError(
                    f"`{self.fn.__name__}` has an argument `{name}`, which calls of flows and tasks use."
                )

    @classmethod
    def option_names(cls) -> tuple[str, ...]:
        """Return the options of the decorator: the arguments after the function."""
        code = cls.__init__.__code__
        return code.co_varnames[2 : code.co_argcount]

    def hooks_for(self, state: State[Any]) -> Sequence[Callable[..., Any]]:
        return self.hooks.get(state.type, ())

    def _add(self, kind: StateType, hook: H) -> H:
        self.hooks.setdefault(kind, []).append(hook)
        return hook

    @property
    def signature(self) -> Signature:
        """The signature of the function. Raises ValueError if it has none."""
        if self._signature is None:
            self._signature = signature_of(self.fn)
            self._simple = simple_parameters(self._signature)
        return self._signature

    def bind(
        self, args: tuple[Any, ...], kwargs: Mapping[str, Any], *, has_defaults: bool = True
    ) -> dict[str, Any]:
        """Return the arguments of a call by name, with defaults. Raises ParameterBindError."""
        signature, args = self.signature, (*self._bound, *args)
        if has_defaults and self._simple is not None:
            simply = bound_simply(self._simple, args, kwargs)
            if simply is not None:
                return {name: unwrapped(value) for name, value in simply.items()}
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError as error:
            name = getattr(self.fn, "__name__", repr(self.fn))
            raise ParameterBindError(f"`{name}{signature}` cannot be called like this: {error}.") from None
        if has_defaults:
            bound.apply_defaults()
        return {name: unwrapped(value) for name, value in bound.arguments.items()}

    def call(self, parameters: Mapping[str, Any]) -> Any:
        """Call the function with *parameters*, by name."""
        if not parameters:
            return self.fn()  # type: ignore[call-arg]  # it has no parameters
        args: list[Any] = []
        kwargs: dict[str, Any] = {}
        for name, parameter in self.signature.parameters.items():
            if name not in parameters:
                continue
            if parameter.kind is parameter.VAR_POSITIONAL:
                args.extend(parameters[name])
            elif parameter.kind is parameter.VAR_KEYWORD:
                kwargs.update(parameters[name])
            elif parameter.kind is parameter.KEYWORD_ONLY:
                kwargs[name] = parameters[name]
            else:
                args.append(parameters[name])
        return self.fn(*args, **kwargs)

    def bound_to(self, instance: Any, owner: Any) -> Self:
        """Return the definition as a method of *instance*."""
        if self.isstaticmethod or (instance is None and not self.isclassmethod):
            return self
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__)
        made._bound = (owner if self.isclassmethod else instance,)
        return made

    def copied(self, other: Self) -> Self:
        """Return *other*, a definition with other options, as a method of the same object."""
        other._bound, other.isclassmethod, other.isstaticmethod = (
            self._bound,
            self.isclassmethod,
            self.isstaticmethod,
        )
        return other

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Pickle a definition in a module by name, like a function."""
        return getattr(self, "__qualname__") if self._is_found() else super().__reduce_ex__(protocol)  # noqa: B009

    def _is_found(self) -> bool:
        found: Any = sys.modules.get(getattr(self, "__module__", ""))
        for part in getattr(self, "__qualname__", "<locals>").split("."):
            found = getattr(found, part, None)
        return found is self


def signature_of(function: Callable[..., Any]) -> Signature:
    """Return the signature of *function*. Raises ValueError if it has none."""
    import inspect

    if sys.version_info >= (3, 14):  # keep unresolvable annotations
        from annotationlib import Format

        return inspect.signature(function, annotation_format=Format.FORWARDREF)
    return inspect.signature(function)


def unwrapped(default: Any) -> Any:
    """Return the value of a default in the form of `Field(…)`."""
    if type(default).__name__ == "FieldInfo" and hasattr(default, "get_default"):
        return default.get_default(call_default_factory=True)
    return default


def hooks_in(options: Mapping[str, Any]) -> dict[StateType, list[Callable[..., Any]]]:
    """Return the hooks in the *options* of a flow or task, by state. Raises TypeError for invalid hooks."""
    return {kind: _checked_hooks(options.get(option), option) for option, kind in HOOKS.items()}


def _checked_hooks(given: Iterable[Callable[..., Any]] | None, option: str) -> list[Callable[..., Any]]:
    """Return the hooks of *option*. Raises TypeError unless they are functions."""
    if given is None:
        return []
    try:
        hooks = list(given)
    except TypeError:
        raise TypeError(f"`{option}` is a {type(given).__name__}; write a list of functions.") from None
    for hook in hooks:
        if not callable(hook):
            raise TypeError(f"`{option}` contains a {type(hook).__name__}; write a list of functions.")
    return hooks


def _flags(function: Any) -> int:
    """Return the code flags of a function, or of the function in a partial."""
    while hasattr(function, "func"):
        function = function.func
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    if code is None:
        code = getattr(type(function).__call__, "__code__", None)
    return code.co_flags if isinstance(code, CodeType) else 0
