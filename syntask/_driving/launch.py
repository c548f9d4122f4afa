"""Calls of flows and tasks: create a run, and return what the kind of function requires."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Callable, Generator

from syntask._driving.steps import adrive, aiterate, drive, iterate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from syntask._definitions.definition import Definition
    from syntask._engine.execution import Execution

Make = Callable[[], "Execution"]


def launch(definition: Definition[..., Any], make: Make, *, return_state: bool) -> Any:
    """Execute a run and return its result or state; a coroutine or generator if the function is one.

    Raises RecursionError if the remaining stack is too small to end a run properly.
    """
    _check_depth(definition)
    if definition.isgenerator:
        if return_state:
            raise ValueError("A generator has no state before its items are read. Omit `return_state`.")
        return _aitems(make) if definition.isasync else _items(make)
    if definition.isasync:
        return _acall(make, return_state)
    execution = make()
    state = drive(execution.steps())
    return state if return_state else execution.outcome()


def _check_depth(definition: Definition[..., Any]) -> None:
    """Raise RecursionError while there is still stack to log it and to report the end of the runs."""
    limit = sys.getrecursionlimit()
    try:
        sys._getframe(limit * 3 // 4)
    except ValueError:  # the stack is not that deep
        return
    raise RecursionError(
        f"`{definition.name}` is called too deep inside of other runs: Python's recursion limit of {limit} "
        "is near. A flow or task that calls itself needs an end; `sys.setrecursionlimit` allows more."
    )


async def _acall(make: Make, return_state: bool) -> Any:
    execution = make()
    state = await adrive(execution.steps())
    return state if return_state else execution.outcome()


def _items(make: Make) -> Generator[Any, None, Any]:
    execution = make()
    yield from iterate(execution.steps())
    return execution.outcome()


async def _aitems(make: Make) -> AsyncGenerator[Any, None]:
    execution = make()
    async for item in aiterate(execution.steps()):
        yield item
    execution.outcome()


def complete(execution: Execution) -> None:
    """Execute a run in this thread. The items of a generator become a list."""
    if execution.definition.isasync:
        import asyncio

        asyncio.run(adrive(execution.steps()))
    else:
        drive(execution.steps())


def exhaust(execution: Execution) -> None:
    """Execute a run in this thread. The items of a generator are dropped."""
    definition = execution.definition
    if not definition.isgenerator:
        complete(execution)
    elif definition.isasync:
        import asyncio

        asyncio.run(_exhausted(execution))
    else:
        for _ in iterate(execution.steps()):
            pass


async def _exhausted(execution: Execution) -> None:
    async for _ in aiterate(execution.steps()):
        pass
