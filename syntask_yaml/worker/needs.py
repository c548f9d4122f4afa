"""Checks of the machine's prerequisites for work pools, such as a container engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from threading import Thread

from syntask_yaml.backend.clock import has_passed
from syntask_yaml.errors import SyntaskError
from syntask_yaml.worker.runner import NEEDS

# Seconds between checks of a missing prerequisite.
_EVERY = 30.0


@dataclass
class Needs:
    """A checker of the prerequisites of work pool types in *environ*.

    Checks run in a thread that the exit of the process does not wait for, because an engine may be slow.
    """

    environ: Mapping[str, str]
    _found: dict[str, SyntaskError | None] = field(default_factory=dict)
    _looking: dict[str, Future[None]] = field(default_factory=dict)
    _looked: dict[str, datetime] = field(default_factory=dict)

    def is_met(self, type: str, now: datetime) -> bool:
        """Return whether pools of *type* have all prerequisites, as far as is known at *now*.

        A prerequisite that was met is not checked again: runs report if it is gone.
        """
        if type not in NEEDS:
            return True
        looking = self._looking.get(type)
        if looking is not None and looking.done():
            error = self._looking.pop(type).exception()
            if error is not None and not isinstance(error, SyntaskError):
                raise error
            self._found[type] = error
        is_met = type in self._found and self._found[type] is None
        if not is_met and type not in self._looking and has_passed(self._looked.get(type), _EVERY, now):
            self._looking[type] = _begin(NEEDS[type], self.environ)
            self._looked[type] = now
        return is_met

    def problem(self, type: str) -> SyntaskError | None:
        """Return the error of the last check for pools of *type*."""
        return self._found.get(type)


def _begin(find: Callable[[Mapping[str, str]], None], environ: Mapping[str, str]) -> Future[None]:
    """Call *find* in a thread. An executor would delay the exit of the process."""
    looking: Future[None] = Future()

    def look() -> None:
        try:
            find(environ)
        except BaseException as error:  # noqa: BLE001  (raised again with the result)
            looking.set_exception(error)
        else:
            looking.set_result(None)

    Thread(target=look, name="needs", daemon=True).start()
    return looking
