"""The lifecycle of a container, followed in a separate thread.

An engine that does not respond is awaited, because its containers may still be running.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import TypeAlias

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.base import StepContext, StepStopped
from syntask_yaml.steps.docker.container import NoSuchProgram
from syntask_yaml.steps.docker.containers import (
    Container,
    ContainerEnd,
    create_container,
    find_containers,
    remove_container,
    signal_container,
    start_container,
    wait_for_end,
)
from syntask_yaml.steps.docker.engine import Engine, open_engine
from syntask_yaml.steps.docker.errors import EngineFailed, EngineUnreachable
from syntask_yaml.worker.container.image import bring_image
from syntask_yaml.worker.container.journal import NOT_STARTED, Ended, JournalWriter
from syntask_yaml.worker.container.options import ContainerPlan
from syntask_yaml.worker.container.run_directory import PACKAGE_INSIDE, RunDirectory

# Labels of our containers: the store, the run, the number of the attempt, and whether it stays after its end.
STORE, RUN, START, BOX, KEPT = (f"io.syntask.{name}" for name in ("store", "run", "start", "box", "keep"))
# The store label of a dry run.
DRY_RUN = "check"
PYTHONS = ("python", "python3")
# The exit code of a container that was removed, which kills it.
_GONE = -9
_SIGNALS = {137: -9, 143: -15}
# Seconds between requests to an engine that does not respond.
_RETRY_EVERY = 1.0
# Seconds between requests to stop a container.
_ASK_AGAIN = 5.0
# The number of failed requests after which a container is given up.
_MOST_FAILURES = 60

_VANISHED = "The container of the run was removed while it ran."
_ORPHANED = "The worker that executed the run stopped responding, and its container does not exist any more."

GiveOrder: TypeAlias = Callable[[tuple[str, ...]], None]


@dataclass
class ContainerLife:
    """The container of a run.

    *plan* is None for a container that another worker started. *labels* identify it. It reports to
    *run_directory*; for another worker's container, that is read from the container, or else found in the
    *directory* of the run. *memory* is the limit of the container in bytes, once known. *give_order* is
    called with the entrypoint of the image before the container is created. *ended* is set at the end.
    """

    labels: Mapping[str, str]
    context: StepContext
    run_directory: RunDirectory | None = None
    directory: Path | None = None
    plan: ContainerPlan | None = None
    give_order: GiveOrder = lambda _: None
    ended: Ended | None = None
    memory: int = 0
    _signal: str = ""
    _asked: float = 0.0
    _is_looking: bool = False
    _is_started: bool = False
    _is_left: bool = False
    _was_lost: bool = False
    _failures: int = 0
    _wake: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        self._thread = Thread(target=self._live, name=f"container-{self.labels[RUN][:8]}", daemon=True)
        self._thread.start()

    def stop(self, *, force: bool) -> None:
        """Ask the container to stop, or kill it. Returns at once; may be called repeatedly."""
        wanted = "SIGKILL" if force else self._signal or "SIGTERM"
        if wanted == self._signal and monotonic() < self._asked + _ASK_AGAIN:
            return
        self._signal, self._asked = wanted, monotonic()
        if self._is_started:
            Thread(target=self._send_signal, name="stop-container", daemon=True).start()
        elif self.plan is not None:  # another worker's container is inspected once found
            self.context.stop.set()
        self._wake.set()

    def leave(self) -> None:
        """Make no more requests; the container is left unchanged."""
        self._is_left = True
        self.context.stop.set()
        self._wake.set()

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)

    def _live(self) -> None:
        try:
            self.ended = self._until_end()
        except Exception as error:  # noqa: BLE001  (it ends this run only)
            if not self._is_left:
                self._remove_containers()
                self.ended = _failed(error)

    def _until_end(self) -> Ended:
        while True:
            try:
                with open_engine(self.context) as engine:
                    return self._with(engine)
            except EngineUnreachable as error:
                self._wait_for_engine(error)
            except EngineFailed as error:
                # A run must not end because the engine cannot answer or cannot remove an earlier attempt, nor
                # because a restarted engine is not ready yet.
                self._failures += 1
                is_patient = self._is_started or self._is_looking or self._was_lost
                if not is_patient or self._failures > _MOST_FAILURES:
                    raise
                self._wait_for_engine(error)

    def _wait_for_engine(self, error: EngineFailed) -> None:
        if not self._was_lost:
            self._was_lost = True
            self._note(f"{error.detail} {error.hint} The run waits for it.")
        self._wake.wait(_RETRY_EVERY)
        self._wake.clear()
        if self.context.stop.is_set():
            raise StepStopped("The run was stopped.")

    def _with(self, engine: Engine) -> Ended:
        self._is_looking = True
        found = self._found(engine)
        self._is_looking = False
        if found is None and self.plan is not None and not self._is_started:
            found = self._start(engine, self.plan)
        if found is None:
            self.run_directory = self.run_directory or _newest_directory(self.directory)
            return Ended(_GONE, _VANISHED if self._is_started else _ORPHANED)
        self._is_started = True
        self.run_directory = self.run_directory or RunDirectory(Path(found.labels[BOX]))
        if self._signal:
            signal_container(engine, found.id, self._signal)
        end = wait_for_end(engine, found.id)
        if end is None:
            return Ended(_GONE, _VANISHED)
        self.memory = end.memory
        if KEPT not in found.labels:
            self._remove_ended(engine, found.id)
        return self._ended(end)

    def _remove_ended(self, engine: Engine, id: str) -> None:
        """Remove the container of a run whose end is known and independent of the removal."""
        try:
            remove_container(engine, id)
        except EngineUnreachable:
            raise
        except EngineFailed as error:
            self._note(f"{error.detail} A worker tries again within an hour.")

    def _found(self, engine: Engine) -> Container | None:
        """Return the container of this attempt of the run, and remove those of others."""
        mine: Container | None = None
        for each in find_containers(engine, {STORE: self.labels[STORE], RUN: self.labels[RUN]}):
            is_mine = each.labels.get(START) == self.labels.get(START) or self.plan is None
            if is_mine and each.has_begun:
                mine = each
            else:
                remove_container(engine, each.id)
        return mine

    def _start(self, engine: Engine, plan: ContainerPlan) -> Container:
        entrypoint = bring_image(engine, plan, self._note)
        self.give_order(plan.entrypoint if plan.entrypoint is not None else entrypoint)
        labels = {**plan.settings.get("labels", {}), **self.labels, **({KEPT: "1"} if plan.is_kept else {})}
        for python in PYTHONS:
            settings = {
                **plan.settings,
                "labels": labels,
                "entrypoint": [python],
                "command": [PACKAGE_INSIDE, python],
            }
            with suppress(NoSuchProgram):
                made = create_container(engine, plan.name, plan.image, settings)
                try:
                    start_container(engine, made, plan.networks, f"Starting a container of `{plan.image}`")
                except NoSuchProgram:
                    remove_container(engine, made)
                    raise
                return Container(made, labels, "running")
        detail = f"The image `{plan.image}` has no Python: neither `python` nor `python3` is on its PATH."
        raise StepFailed(detail, hint="Use a base image with Python 3.11 or newer.")

    def _ended(self, end: ContainerEnd) -> Ended:
        code = _SIGNALS.get(end.code, end.code)
        reason = end.error
        if code == -9 and self._was_lost and not end.out_of_memory:
            reason = "The container engine stopped during the run, and its containers with it."
            reason += " With `live-restore: true` in Docker's configuration, they continue."
        elif end.output and not reason:
            reason = f"The last output of its container: {end.output.splitlines()[-1]}"
        return Ended(code or NOT_STARTED, reason, end.out_of_memory)

    def _note(self, text: str) -> None:
        """Append a sentence to the log of the run."""
        if self.run_directory is not None:
            with suppress(OSError):
                JournalWriter.note(self.run_directory.journal, text)

    def _send_signal(self) -> None:
        with suppress(StepFailed), open_engine(replace(self.context, stop=Event())) as engine:
            for each in find_containers(engine, self.labels):
                signal_container(engine, each.id, self._signal)

    def _remove_containers(self) -> None:
        with suppress(Exception), open_engine(replace(self.context, stop=Event())) as engine:
            for each in find_containers(engine, self.labels):
                remove_container(engine, each.id)


def _failed(error: Exception) -> Ended:
    """Return the end of a run for which *error* was raised."""
    match error:
        case StepStopped():
            return Ended(-15, "The run was stopped before its container started.")
        case StepFailed():
            return Ended(NOT_STARTED, f"{error.detail} {error.hint}".rstrip())
    return Ended(NOT_STARTED, f"The container could not be watched: {type(error).__name__}: {error}.")


def _newest_directory(directory: Path | None) -> RunDirectory | None:
    """Return the directory of the last attempt of a run whose container no longer exists."""
    found = directory.glob("*/journal") if directory is not None else ()
    newest = max(found, key=lambda path: path.stat().st_mtime, default=None)
    return RunDirectory(newest.parent) if newest is not None else None
