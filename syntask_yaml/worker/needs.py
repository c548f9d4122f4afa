"""Check whether this machine has what a work pool needs, such as a container engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from threading import Thread

from syntask_yaml.backend.clock import has_passed
from syntask_yaml.errors import SyntaskError
from syntask_yaml.worker.runner import NEEDS

# Seconds after which what was missing is looked for again.
_EVERY = 30.0


@dataclass
class Needs:
    """Check what the types of work pools need in *environ*.

    It is looked for in a thread, which the end of the process does not wait for: an engine may be slow.
    """

    environ: Mapping[str, str]
    _found: dict[str, SyntaskError | None] = field(default_factory=dict)
    _looking: dict[str, Future[None]] = field(default_factory=dict)
    _looked: dict[str, datetime] = field(default_factory=dict)

    def is_met(self, type: str, now: datetime) -> bool:
        """Return whether nothing is missing for pools of *type*, as far as that is known at *now*.

        What was there once is not looked for again: its runs say so if it is gone.
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
        """Return what was missing for pools of *type* when it was last looked for."""
        return self._found.get(type)


def _begin(find: Callable[[Mapping[str, str]], None], environ: Mapping[str, str]) -> Future[None]:
    """Call *find* in a thread. An executor would wait for it when the process ends."""
    looking: Future[None] = Future()

    def look() -> None:
        try:
            find(environ)
        except BaseException as error:  # noqa: BLE001  (whoever asks for the result gets it)
            looking.set_exception(error)
        else:
            looking.set_result(None)

    Thread(target=look, name="needs", daemon=True).start()
    return looking
