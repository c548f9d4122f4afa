"""The cause of a run's failure, as its worker knows it."""

from __future__ import annotations

from syntask_yaml.backend.queue import Claim
from syntask_yaml.model.run import STAGES, Cause, CauseKind
from syntask_yaml.worker.protocol import Report


def cause_of_failure(report: Report, claim: Claim) -> Cause | None:
    """Return the stage and the pull step of a failure; any process of the run can report it."""
    if report.stage not in {kind.value for kind in STAGES}:
        return None
    kind, steps = CauseKind(report.stage), claim.pull_steps
    if kind is not CauseKind.PULL or report.step is None or not 0 <= report.step < len(steps):
        return Cause(kind=kind)
    return Cause(kind=kind, step=report.step + 1, step_name=next(iter(steps[report.step]), ""))
