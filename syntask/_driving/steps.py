"""Runs as generators of effects, so that one engine serves plain functions and coroutines.

A run is a generator that yields effects, such as calls and waits. The driver performs them in the current
thread or event loop, and sends the value or throws the exception back into the generator.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextlib import aclosing
from types import CoroutineType

from syntask._generic import T

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Effect:
    """An operation that a run requests."""

    def perform(self) -> Any:
        raise NotImplementedError

    async def aperform(self) -> Any:
        raise NotImplementedError


class Iterable(Effect):
    """An effect with items: the call of a generator function."""

    def items(self) -> Generator[Any, None, Any]:
        raise NotImplementedError

    def aitems(self) -> AsyncGenerator[Any, None]:
        raise NotImplementedError


Steps = Generator[Effect, "Any", T]


class Call(Effect):
    """A call of user code. If it returns a coroutine, that is executed."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self._function = function
        self._arguments = arguments

    def perform(self) -> Any:
        return finished(self._function(*self._arguments))

    async def aperform(self) -> Any:
        found = self._function(*self._arguments)
        return await found if isinstance(found, CoroutineType) else found


class Sleep(Effect):
    """A pause in seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def perform(self) -> None:
        time.sleep(self._seconds)

    async def aperform(self) -> None:
        import asyncio

        await asyncio.sleep(self._seconds)


class Block(Effect):
    """A blocking call, which does not block the event loop."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self._function = function

    def perform(self) -> Any:
        return self._function()

    async def aperform(self) -> Any:
        import asyncio

        return await asyncio.to_thread(self._function)


def drive(steps: Steps[T]) -> T:
    """Execute *steps* in this thread, and return their result."""
    try:
        effect = next(steps)
        while True:
            try:
                value = effect.perform()
            except BaseException as error:  # noqa: BLE001  (the generator handles it)
                effect = steps.throw(error)
            else:
                effect = steps.send(value)
    except StopIteration as end:
        result: T = end.value
        return result


async def adrive(steps: Steps[T]) -> T:
    """`drive` as a coroutine."""
    try:
        effect = next(steps)
        while True:
            try:
                value = await effect.aperform()
            except BaseException as error:  # noqa: BLE001
                effect = steps.throw(error)
            else:
                effect = steps.send(value)
    except StopIteration as end:
        result: T = end.value
        return result


def iterate(steps: Steps[T]) -> Generator[Any, None, T]:
    """Execute *steps*, and yield the items of the body. Closing the generator ends the run."""
    stopped: GeneratorExit | None = None
    try:
        effect = next(steps)
        while True:
            try:
                value = (yield from effect.items()) if isinstance(effect, Iterable) else effect.perform()
            except BaseException as error:  # noqa: BLE001
                stopped = error if isinstance(error, GeneratorExit) else stopped
                effect = steps.throw(error)
            else:
                effect = steps.send(value)
    except StopIteration as end:
        if stopped is not None:
            raise stopped from None
        result: T = end.value
        return result


async def aiterate(steps: Steps[Any]) -> AsyncGenerator[Any, None]:
    """`iterate` as an asynchronous generator."""
    stopped: GeneratorExit | None = None
    try:
        effect = next(steps)
        while True:
            value = None
            try:
                if isinstance(effect, Iterable):
                    async with aclosing(effect.aitems()) as items:
                        async for item in items:
                            yield item
                else:
                    value = await effect.aperform()
            except BaseException as error:  # noqa: BLE001
                stopped = error if isinstance(error, GeneratorExit) else stopped
                effect = steps.throw(error)
            else:
                effect = steps.send(value)
    except StopIteration:
        if stopped is not None:
            raise stopped from None


def finished(found: Any) -> Any:
    """Return *found*, or if it is a coroutine, its result from a new event loop."""
    if not isinstance(found, CoroutineType):
        return found
    return run_coroutine(found)


def run_coroutine(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return the result of *coroutine*; use another thread if this one has a running event loop."""
    import asyncio

    if asyncio._get_running_loop() is None:
        return asyncio.run(coroutine)
    from concurrent.futures import ThreadPoolExecutor
    from contextvars import copy_context

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(copy_context().run, asyncio.run, coroutine).result()
