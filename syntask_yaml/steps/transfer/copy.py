"""Copy many files concurrently, with progress and cancellation.

The libraries of the stores are asynchronous, and run on an event loop of fsspec in a thread. Only this module
is asynchronous; its functions block.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, TypeAlias, TypeVar

from fsspec.asyn import get_loop
from fsspec.callbacks import Callback

from syntask_yaml.retry import pauses
from syntask_yaml.steps.base import StepContext, StepStopped
from syntask_yaml.steps.failures import Kind
from syntask_yaml.steps.transfer.failure import failure_kind, failure_of
from syntask_yaml.steps.transfer.remote import Info, Remote
from syntask_yaml.stopping import TICK

T = TypeVar("T")

_AT_A_TIME = 16
_PROGRESS_EVERY = 3.0
_UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))


@dataclass(frozen=True, slots=True)
class Copy:
    """A local file *path*, and its *name* in the store; *size* is in bytes."""

    name: str
    path: Path
    size: int


def listing(remote: Remote, context: StepContext) -> dict[str, Info]:
    """Return all files of the folder by name. Raises StepFailed, StepStopped."""
    transfer = _Transfer(remote, context, ())
    found = transfer.finish(transfer.attempt(lambda: transfer.call("find", remote.path, detail=True)))
    named = ((remote.name_of(path), info) for path, info in found.items())
    return {name: info for name, info in named if name is not None and info.get("type") != "directory"}


def push_all(copies: Sequence[Copy], remote: Remote, context: StepContext) -> None:
    """Copy files to the store; each is written completely or not at all. Raises StepFailed, StepStopped."""
    transfer = _Transfer(remote, context, copies)
    transfer.copy_all(transfer.push)


def pull_all(copies: Sequence[Copy], remote: Remote, context: StepContext) -> None:
    """Copy files from the store, and overwrite existing ones. Raises StepFailed, StepStopped.

    A failure may leave some of them incomplete.
    """
    transfer = _Transfer(remote, context, copies)
    transfer.copy_all(transfer.pull)


_Way: TypeAlias = Callable[[Copy, Callback], Awaitable[None]]


@dataclass
class _Transfer:
    """Files to copy, and the progress."""

    remote: Remote
    context: StepContext
    copies: Sequence[Copy]
    done: int = 0
    bytes_done: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def copy_all(self, way: _Way) -> None:
        if self.copies:
            self.finish(self._copy_all(way))

    async def push(self, copy: Copy, watch: Callback) -> None:
        there, options = self.remote.at(copy.name), self.remote.kind.put(copy.path)
        await self.call("put_file", str(copy.path), there, callback=watch, **options)

    async def pull(self, copy: Copy, watch: Callback) -> None:
        await self.call("get_file", self.remote.at(copy.name), str(copy.path), callback=watch)
        arrived = copy.path.stat().st_size
        if arrived != copy.size:
            raise _BrokenOff(f"the transfer stopped at {arrived} of {copy.size} bytes")

    def finish(self, work: Awaitable[T]) -> T:
        """Run *work* on the event loop, and report its progress."""
        future: Future[T] = asyncio.run_coroutine_threadsafe(_only(work), get_loop())
        last_told = monotonic()
        try:
            while not wait([future], TICK).done:
                self._pass_on()
                if self.context.stop.is_set():
                    raise StepStopped(f"Copying of `{self.remote.url}` was stopped.")
                if monotonic() - last_told > _PROGRESS_EVERY:
                    last_told = monotonic()
                    self._tell()
            return future.result()
        except StepStopped:
            raise
        except Exception as error:  # noqa: BLE001  (whatever a store's library raises)
            raise failure_of(error, self.remote) from None
        finally:
            future.cancel()
            self._pass_on()

    async def attempt(self, action: Callable[[], Awaitable[T]], name: str = "") -> T:
        """What *action* comes to, which is done up to twice more when the network is at fault."""
        for pause in pauses(1.0, times=2, factor=3.0):
            try:
                return await action()
            except Exception as error:  # whatever a store's library raises
                if pause is None or not self._is_worth_another(error):
                    raise
                failure = failure_of(error, self.remote)
            where = f"`{name}`: " if name else ""
            self.warnings.append(f"{where}{failure.detail}\nTrying again in {pause:.1f} s.")
            self.bytes_done.pop(name, None)
            await asyncio.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def _is_worth_another(self, error: Exception) -> bool:
        is_tried_enough = self.remote.kind.is_patient and not isinstance(error, _BrokenOff)
        return failure_kind(error) is Kind.NETWORK and not is_tried_enough

    async def call(self, verb: str, *arguments: Any, **options: Any) -> Any:
        """What a verb of the file system returns, in whichever way it has it."""
        if self.remote.filesystem.async_impl:
            return await getattr(self.remote.filesystem, f"_{verb}")(*arguments, **options)
        return await asyncio.to_thread(getattr(self.remote.filesystem, verb), *arguments, **options)

    async def _copy_all(self, way: _Way) -> None:
        # Synchronous libraries may not be thread-safe.
        slots = asyncio.Semaphore(_AT_A_TIME if self.remote.filesystem.async_impl else 1)
        async with asyncio.TaskGroup() as group:
            for copy in self.copies:
                group.create_task(self._copy_one(copy, way, slots))

    async def _copy_one(self, copy: Copy, way: _Way, slots: asyncio.Semaphore) -> None:
        async with slots:
            await self.attempt(lambda: way(copy, _Watch(self.bytes_done, copy.name)), copy.name)
        self.bytes_done[copy.name] = copy.size
        self.done += 1

    def _tell(self) -> None:
        if self.copies:
            whole = sum(copy.size for copy in self.copies)
            so_far = min(sum(self.bytes_done.copy().values()), whole)
            self.context.write(
                f"{self.done:,} of {len(self.copies):,} files, {in_bytes(so_far)} of {in_bytes(whole)}"
            )

    def _pass_on(self) -> None:
        while self.warnings:
            self.context.write_error(self.warnings.pop(0))


class _BrokenOff(ConnectionError):
    """A file arrived incompletely."""


class _Watch(Callback):  # type: ignore[misc]  # fsspec has no types
    """A counter of the copied bytes of one file."""

    def __init__(self, bytes_done: dict[str, int], name: str) -> None:
        super().__init__()
        self._bytes_done, self._name = bytes_done, name

    def call(self, _hook: str | None = None, **_more: Any) -> None:
        self._bytes_done[self._name] = int(self.value or 0)


async def _only(work: Awaitable[T]) -> T:
    return await work


def in_bytes(size: int) -> str:
    """Return a readable size."""
    for unit, factor in _UNITS:
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} B"
