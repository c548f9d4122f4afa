"""The call of the user's function in an attempt, for each of the four kinds of functions."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from functools import partial
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import TYPE_CHECKING, Any

from syntask._driving.steps import Iterable, finished
from syntask._driving.time_limit import TimedOut, limited
from syntask._engine.prints import logged_prints
from syntask._exceptions import TerminationSignal

if TYPE_CHECKING:
    from syntask._engine.execution import Execution


class Body(Iterable):
    """The call of the function, in the context and with the time limit of the run."""

    def __init__(self, execution: Execution) -> None:
        self._run = execution
        self._limit = execution.definition.timeout_seconds
        self._context = execution.new_context()

    def _prints(self) -> AbstractContextManager[None]:
        return logged_prints() if self._context.log_prints else nullcontext()

    def _call(self) -> Any:
        return self._run.definition.call(self._run.parameters)

    def perform(self) -> Any:
        with self._context, self._prints():
            try:
                value = limited(self._limit, self._value)
            except TerminationSignal:  # do not wait
                self._run.close(cancel=True, wait=False)
                raise
            except KeyboardInterrupt:
                self._say_that_others_go_on()
                self._run.close(cancel=True)
                raise
            except BaseException:
                self._run.close(cancel=True)
                raise
            self._run.close()
            return value

    def _say_that_others_go_on(self) -> None:
        if self._run.has_started_others:
            self._run.logger.warning(
                "Interrupted. Waiting for task runs in progress; to stop them, press Ctrl-C twice more."
            )

    def _value(self) -> Any:
        value = finished(self._call())
        if isinstance(value, GeneratorType):
            value = list(value)
        return self._run.settled(value)

    async def aperform(self) -> Any:
        with self._context, self._prints():
            try:
                async with _async_limit(self._limit):
                    value = self._call()
                    if isinstance(value, CoroutineType):
                        value = await value
                    elif isinstance(value, AsyncGeneratorType):
                        value = [each async for each in value]
                    value = await self._apart(self._run.settled, value)
            except BaseException:
                await self._apart(partial(self._run.close, cancel=True))
                raise
            await self._apart(self._run.close)
            return value

    async def _apart(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call *function*, from another thread if it may have to wait."""
        if not self._run.has_started_others:
            return function(*arguments)
        import asyncio

        return await asyncio.to_thread(function, *arguments)

    def items(self) -> Generator[Any, None, Any]:
        """Yield the items of a generator function, and return its result."""
        until = _deadline(self._limit)
        items = self._call()
        try:
            while True:
                try:
                    with self._context, self._prints():
                        item = limited(_left(until), partial(next, items))
                except StopIteration as end:
                    with self._context, self._prints():
                        return self._run.settled(end.value)
                yield item
        finally:
            items.close()
            self._run.close()

    async def aitems(self) -> AsyncGenerator[Any, None]:
        """Yield the items of an async generator function."""
        until = _deadline(self._limit)
        items = self._call()
        try:
            while True:
                try:
                    with self._context, self._prints():
                        async with _async_limit(_left(until)):
                            item = await anext(items)
                except StopAsyncIteration:
                    return
                yield item
        finally:
            await items.aclose()
            await self._apart(self._run.close)


@asynccontextmanager
async def _async_limit(seconds: float | None) -> AsyncIterator[None]:
    """`limited` for coroutines."""
    import asyncio

    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            yield
    except TimeoutError:
        if limit.expired():
            raise TimedOut from None
        raise


def _deadline(seconds: float | None) -> float | None:
    return None if seconds is None else time.monotonic() + seconds


def _left(until: float | None) -> float | None:
    return None if until is None else max(until - time.monotonic(), 1e-6)
