"""Removal of containers whose run ended, or became due again, while no worker was running."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Thread

from syntask_yaml.backend.clock import has_passed
from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.docker.containers import Container, find_containers, remove_container
from syntask_yaml.steps.docker.engine import Engine, open_engine
from syntask_yaml.steps.docker.errors import EngineFailed
from syntask_yaml.worker.container.life import KEPT, RUN, STORE

# Seconds.
_EVERY = 3600.0


@dataclass
class ContainerLeftovers:
    """A cleaner of leftover containers of runs in *store* on the engine of *environ*.

    The engine is called in a thread, the store is not.
    """

    store: str
    environ: Mapping[str, str]
    _found: list[Container] = field(default_factory=list)
    _looked: datetime | None = None
    _thread: Thread | None = None

    def tick(self, now: datetime, is_over: Callable[[str], bool]) -> None:
        """Do the work that is due at *now*; *is_over* returns whether a run id needs no container."""
        if self._thread is not None and self._thread.is_alive():
            return
        found, self._found = self._found, []
        if surplus := [each.id for each in found if is_over(each.labels.get(RUN, ""))]:
            self._begin(partial(self._remove, surplus))
        elif has_passed(self._looked, _EVERY, now):
            self._looked = now
            self._begin(self._look)

    def _look(self, engine: Engine) -> None:
        self._found = self._not_kept(engine)

    def _remove(self, surplus: Collection[str], engine: Engine) -> None:
        for each in self._not_kept(engine):  # it may have ended in the meantime, and stay
            if each.id in surplus:
                with suppress(EngineFailed):  # a failure must not prevent other removals
                    remove_container(engine, each.id)

    def _not_kept(self, engine: Engine) -> list[Container]:
        """Return the containers that are to be removed."""
        found = find_containers(engine, {STORE: self.store})
        return [each for each in found if not each.has_ended or KEPT not in each.labels]

    def _begin(self, task: Callable[[Engine], object]) -> None:
        self._thread = Thread(target=self._do, args=(task,), name="leftovers", daemon=True)
        self._thread.start()

    def _do(self, task: Callable[[Engine], object]) -> None:
        with suppress(StepFailed), open_engine(StepContext(Path(), self.environ)) as engine:
            task(engine)
