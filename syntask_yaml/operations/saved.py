"""Save plans to files, and check that a saved plan is still current."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from syntask_yaml.errors import FileFailed, PlanStale
from syntask_yaml.files import read_given, write_atomically
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.pipelines import pipelines_of
from syntask_yaml.operations.plan import Planned
from syntask_yaml.operations.request import Request
from syntask_yaml.plan.codec import SavedPlan, decode_saved, encode_saved, plan_fingerprint
from syntask_yaml.steps.fingerprint import steps_fingerprint
from syntask_yaml.template import Blocks

# The maximum number of deployments and resources named in a message.
_NAMED = 5


def save_plan(planned: Planned, context: DeployContext, request: Request, path: Path) -> None:
    """Write the plan to *path* atomically. Raises FileFailed."""
    text = encode_saved(planned.plan, request.as_json(), _step_fingerprints(planned, context))
    try:
        write_atomically(path, text)
    except OSError as error:
        raise FileFailed.unwritten(path, error) from error


def load_plan(path: Path) -> tuple[SavedPlan, Request]:
    """Return a saved plan and its request. Raises FileFailed."""
    try:
        saved = decode_saved(read_given(path), path.name)
        return saved, Request.from_json(saved.request)
    except OSError as error:
        detail = f"Cannot read `{path.name}`: {error.strerror or error}."
        raise FileFailed(
            detail, hint="Check the path, or create a plan with `syntask plan --save FILE`."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        detail = f"`{path.name}` is not a plan saved by this version of syntask."
        raise FileFailed(detail, hint="Create a new plan with `syntask plan --save FILE`.") from error


def check_fresh(saved: SavedPlan, planned: Planned, context: DeployContext) -> None:
    """Raise PlanStale unless the current plan equals the saved one."""
    plan = planned.plan
    if saved.backend != plan.backend:
        detail = f"The plan was made for {saved.backend}, but the current backend is {plan.backend}."
        raise PlanStale(detail, hint="Use the same backend, or create a new plan.")
    if saved.fingerprint != plan_fingerprint(plan, _step_fingerprints(planned, context)):
        detail = "The project, the environment or the backend changed after the plan was saved."
        if names := saved.differing(plan):
            more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
            named = ", ".join(f"`{name}`" for name in names[:_NAMED])
            detail += f" The plan is now another one for {named}{more}."
        raise PlanStale(detail, hint="Create and review a new plan with `syntask plan --save FILE`.")


def _step_fingerprints(planned: Planned, context: DeployContext) -> Iterator[str]:
    for pipeline in pipelines_of(planned.prepared, context).values():
        # The contents of blocks are neither looked up nor digested for a plan.
        scope = replace(pipeline.scope, blocks=Blocks.LEAVE)
        yield steps_fingerprint((*pipeline.build, *pipeline.push), scope)
