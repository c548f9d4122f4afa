"""A project from deploy to deploy: what is changed, pruned and renamed; and deploys that are killed."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from tests.support.processes import kill, start
from tests.support.site import PROGRAM, Site

BASE = tuple(f"base-{number}" for number in range(4))
EXTRA = tuple(f"extra-{number}" for number in range(4))
_NAMES = ("here", "there")
_KILLED = -9


@dataclass(frozen=True, slots=True)
class Stage:
    """What a project declares at some time.

    The deployments of `BASE` are always there, those of `EXTRA` come and go, and one is called *name*.
    All have the same *version*.
    """

    version: int = 0
    has_extra: bool = True
    name: str = _NAMES[0]

    @property
    def names(self) -> set[str]:
        return {*BASE, *(EXTRA if self.has_extra else ()), self.name}

    @property
    def old_name(self) -> str:
        """What the one that is renamed is called otherwise."""
        return next(name for name in _NAMES if name != self.name)

    @property
    def kinds(self) -> tuple[str, ...]:
        """What the next deploy can do."""
        return ("deploy", "rename", *(("prune",) if self.has_extra else ()))

    def after(self, kind: str) -> Stage:
        match kind:
            case "prune":
                return replace(self, has_extra=False)
            case "rename":
                return replace(self, name=self.old_name)
            case _:
                return replace(self, version=self.version + 1, has_extra=True)

    def entries(self, flow: str, **more: Any) -> dict[str, dict[str, Any]]:
        """The deployments of `flows.py:<flow>`, by name, each with *more*."""
        entry = {"entrypoint": f"flows.py:{flow}", "version": str(self.version), **more}
        renamed = {"renamed_from": f"{flow}/{self.old_name}"}
        return {name: {**entry, **(renamed if name == self.name else {})} for name in sorted(self.names)}


class Deploys:
    """Deploys of a site that also prune. *entries* is what a stage declares, by name."""

    def __init__(self, site: Site, entries: Callable[[Stage], Mapping[str, Mapping[str, Any]]]) -> None:
        self._site = site
        self._entries = entries

    def start(self, stage: Stage) -> subprocess.Popen[bytes]:
        self._site.declare(self._entries(stage))
        return start(
            [PROGRAM, "deploy", "--all", "--prune", "--yes"],
            log=self._site.folder / "deploy.log",
            environ=self._site.environment(),
            cwd=self._site.code,
        )

    def kill(self, stage: Stage, wait: Callable[[subprocess.Popen[bytes]], None]) -> bool:
        """Kill a deploy of *stage* after *wait*; whether there was something left to kill."""
        process = self.start(stage)
        wait(process)
        kill(process)
        assert process.returncode in (0, _KILLED), self.said()
        return process.returncode == _KILLED

    def finish(self, stage: Stage) -> None:
        """Deploy *stage*."""
        assert self.start(stage).wait(120) == 0, self.said()

    def said(self) -> str:
        """The last that deploys printed."""
        return (self._site.folder / "deploy.log").read_text(encoding="utf-8", errors="replace")[-4000:]


@dataclass
class Duration:
    """How long something takes that is to be stopped before its end.

    That depends on how busy the machine is: what was faster than it could be stopped makes it shorter.
    """

    seconds: float

    def some(self, chance: Random) -> float:
        return chance.uniform(0, self.seconds)

    def learn(self, *, was_stopped: bool) -> None:
        self.seconds *= 1.05 if was_stopped else 0.8
