"""The call of an entrypoint's flow with converted arguments, as the run of this process."""

from __future__ import annotations

import functools
import inspect
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from syntask._definitions.definition import signature_of
from syntask._definitions.flow import Flow
from syntask._driving.launch import exhaust
from syntask._engine.flow_execution import FlowExecution
from syntask._runs.states import Completed, State
from syntask_yaml.worker.arguments import bind_with_defaults, converted


@dataclass(frozen=True, slots=True)
class Call:
    """A flow and its arguments."""

    function: Callable[..., Any]
    arguments: Mapping[str, Any]


def bind(function: Callable[..., Any], parameters: Mapping[str, Any]) -> Call:
    """Return the call of *function* with the JSON *parameters*, converted to its annotations.

    Raises TypeError for unexpected or missing parameters, ParametersInvalid for values that do not match, and
    Prefect's errors for its own flows.
    """
    if isinstance(function, Flow):
        return Call(
            function, _bound(function.fn, parameters, is_converted=function.should_validate_parameters)
        )
    try:
        signature = signature_of(function)
    except ValueError:  # compiled, without a signature
        return Call(function, parameters)
    is_prefects = getattr(function, "should_validate_parameters", None)
    if is_prefects:
        function.validate_parameters(bind_with_defaults(signature, parameters))  # type: ignore[attr-defined]
    elif is_prefects is None and inspect.isroutine(function):
        return Call(function, _bound(function, parameters))
    else:
        bind_with_defaults(signature, parameters)
    return Call(function, parameters)  # it converts its own arguments


def _bound(
    function: Callable[..., Any], parameters: Mapping[str, Any], *, is_converted: bool = True
) -> Mapping[str, Any]:
    signature = signature_of(function)
    bound = bind_with_defaults(signature, parameters)
    return {**parameters, **converted(function, signature, bound)} if is_converted else parameters


def call_flow(call: Call, *, on_retry: Callable[[int, BaseException], None]) -> State[Any]:
    """Call the flow as the current run, and return its final state.

    *on_retry* is called for each failed attempt that is followed by another. A plain function is called as a
    flow without options; a flow of Prefect creates a run of its own. Raises exceptions that end the process,
    such as SystemExit.
    """
    function = call.function
    if getattr(function, "should_validate_parameters", None) is not None and not isinstance(function, Flow):
        return Completed(data=_outcome(function, function(**call.arguments)))
    flow = function if isinstance(function, Flow) else Flow(_finishing(function), validate_parameters=False)
    arguments = flow.bind((), call.arguments)
    execution = FlowExecution(flow, arguments, is_converted=True, on_retry=on_retry)
    exhaust(execution)
    return execution.run.state


def _finishing(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return *function* wrapped to return after its body has run, also for coroutines and generators."""

    @functools.wraps(function)
    def finishing(*args: Any, **kwargs: Any) -> Any:
        return _outcome(function, function(*args, **kwargs))

    try:
        signature_of(function)
    except ValueError:  # compiled, without a signature
        every = inspect.Parameter("parameters", inspect.Parameter.VAR_KEYWORD)
        finishing.__signature__ = inspect.Signature([every])  # type: ignore[attr-defined]
    return finishing


def _outcome(function: Callable[..., Any], result: Any) -> Any:
    """Return *result* after the body of *function* has run. Yielded values are discarded."""
    body = inspect.unwrap(function)
    if inspect.isgeneratorfunction(body) and inspect.isgenerator(result):
        deque(result, maxlen=0)
        return None
    if inspect.isasyncgenfunction(body) and inspect.isasyncgen(result):
        return _awaited(_exhausted(result))
    return _awaited(result) if inspect.isawaitable(result) else result


async def _exhausted(items: AsyncIterator[Any]) -> None:
    async for _ in items:
        pass


def _awaited(awaitable: Any) -> Any:
    import asyncio  # takes 20 ms, and only coroutines need it

    async def finished() -> Any:
        return await awaitable

    return asyncio.run(finished())
