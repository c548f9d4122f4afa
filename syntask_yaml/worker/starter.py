"""Starts of claimed runs, and adoption of runs of dead workers."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from syntask_yaml.backend.base import OwnBackend
from syntask_yaml.backend.queue import Claim
from syntask_yaml.errors import BackendUnreachable, SyntaskError
from syntask_yaml.model.run import Cause, CauseKind, LogLine, State, StateType
from syntask_yaml.worker.execution import Execution, adopt_execution, start_execution
from syntask_yaml.worker.options import WorkerOptions
from syntask_yaml.worker.runner import ADOPTERS
from syntask_yaml.worker.runner.base import Launch, Legacy, Runner
from syntask_yaml.worker.runner.guarded import GuardedRun, fault


@dataclass(frozen=True)
class Starter:
    """A starter of runs for the worker of *options*, with the *runners* by work pool type."""

    backend: OwnBackend
    options: WorkerOptions
    runners: Mapping[str, Runner]
    home: Path
    environ: Mapping[str, str]

    def start(self, claim: Claim, now: datetime) -> Execution | State:
        """Start a run. If that is impossible, log the reason and return its state.

        Raises BackendUnreachable: the run is due again once its lease has expired.
        """

        def run(launch: Launch) -> GuardedRun:
            return GuardedRun(self.runners[claim.pool_type](launch))

        limit = self.options.log_limit
        try:
            return start_execution(
                claim, self.backend, run, home=self.home, environ=self.environ, log_limit=limit
            )
        except BackendUnreachable:
            raise
        except (SyntaskError, OSError, ValueError) as error:  # ValueError: an invalid environment
            hint = error.hint if isinstance(error, SyntaskError) else ""
            return self._not_started(claim, f"{error} {hint}".rstrip(), "", now)
        except Exception as error:  # noqa: BLE001  (it ends this run only)
            trace = "".join(traceback.format_exception(error))
            return self._not_started(claim, fault(error), trace, now)

    def _not_started(self, claim: Claim, reason: str, trace: str, now: datetime) -> State:
        message = f"The run could not be started: {reason}"
        line = LogLine(now, logging.ERROR, f"{message}\n{trace}".rstrip())
        self.backend.append_logs(claim.run.id, [line])
        cause = Cause(kind=CauseKind.NOT_STARTED, who=self.options.name, at=now)
        return State(StateType.CRASHED, message=message, cause=cause)

    def adopt(self, claim: Claim) -> Execution:
        """Take over a run of a dead worker. It ends if that is impossible."""

        def find(legacy: Legacy) -> GuardedRun:
            try:
                return GuardedRun(ADOPTERS[claim.pool_type](legacy))
            except Exception as error:  # noqa: BLE001
                return GuardedRun(None, error)

        limit = self.options.log_limit
        return adopt_execution(
            claim, self.backend, find, home=self.home, environ=self.environ, log_limit=limit
        )
