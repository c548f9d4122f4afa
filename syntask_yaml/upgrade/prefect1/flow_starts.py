"""`StartFlowRun` as a task that runs a deployment, and waits for its end if requested."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from syntask_yaml.upgrade.prefect1.classes import write_task
from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft
from syntask_yaml.upgrade.prefect1.library_tasks import calls_of
from syntask_yaml.upgrade.prefect1.other_flows import (
    OF_RUNS,
    Edits,
    RunUnclear,
    deployment,
    flow_name,
    is_only_waited_for,
    renamed,
)
from syntask_yaml.upgrade.prefect1.tasks import OPTIONS

_OF_STARTS = {key: name for key, name in OF_RUNS.items() if key != "idempotency_key"}
# Arguments of an instance that apply to its calls, with their current names.
_TAKEN: Mapping[str, str] = {"parameters": "parameters", "run_name": "flow_run_name"}


def convert_flow_starts(draft: FlowFileDraft) -> None:
    """Convert every instance, with its calls."""
    for call in draft.module.calls:
        if draft.names.called(call) == "prefect.tasks.prefect.StartFlowRun":
            _convert_start(draft, call)


def _convert_start(draft: FlowFileDraft, made: ast.Call) -> None:
    """Convert an instance to a task that runs a deployment, and waits for its end if requested."""
    options = [each for each in made.keywords if each.arg in {*OPTIONS, "name", "tags"}]
    given = {each.arg: each.value for each in made.keywords if each not in options}
    known = dict(draft.runs)
    try:
        calls = _starts(draft, made, given)
        function, flow = _start_function(draft, made, given, calls)
        changed = {call: _read_start(draft, call, has_flow=bool(flow)) for call in calls}
    except RunUnclear:
        draft.runs = known
        return  # `library` leaves them
    for call, edits in changed.items():
        draft.edit_arguments(call, edits)
    write_task(draft, made, function, options, f"Flow {flow}" if flow else "StartFlowRun")


def _starts(draft: FlowFileDraft, made: ast.Call, given: Mapping[str | None, ast.expr]) -> list[ast.Call]:
    """Return the calls of an instance. Raises RunUnclear for other uses of it or of a returned state."""
    found = list(calls_of(draft, made))
    calls = [call for call in found if call is not None and isinstance(call.func, (ast.Name, ast.Call))]
    if len(calls) != len(found):
        raise RunUnclear
    if _waits(given) and not all(is_only_waited_for(draft, call) for call in calls):
        raise RunUnclear
    return calls


def _waits(given: Mapping[str | None, ast.expr]) -> bool:
    wait = given.get("wait", ast.Constant(False))
    if not (isinstance(wait, ast.Constant) and isinstance(wait.value, bool)):
        raise RunUnclear
    return wait.value


def _start_function(
    draft: FlowFileDraft, made: ast.Call, given: Mapping[str | None, ast.expr], calls: list[ast.Call]
) -> tuple[str, str]:
    """Return the function of an instance, and the flow that it runs by default."""
    known = {*_OF_STARTS, "wait", "poll_interval", "create_link_artifact"}
    if made.args or not given.keys() <= known:
        raise RunUnclear
    flow = flow_name(draft, given["flow_name"]) if "flow_name" in given else ""
    name = f"name={deployment(draft, given['flow_name'])}" if flow else "name"
    said = {*given, *(each.arg for call in calls for each in call.keywords)}
    options = {new: old for old, new in _TAKEN.items() if old in said}
    taken = [
        f"{new}={draft.edits.source(given[old]) if old in given else 'None'}" for new, old in options.items()
    ]
    timeout = [] if _waits(given) else ["timeout=0"]
    passed = ", ".join(["name", *(f"{new}={new}" for new in options), *timeout])
    run = f"{draft.want('prefect.deployments', 'run_deployment')}({passed})"
    returned = (
        f"{draft.want('prefect.states', 'raise_state_exception')}({run}.state)"
        if _waits(given)
        else f"str({run}.id)"
    )
    return f"lambda {', '.join([name, *taken])}: {returned}", flow


def _read_start(draft: FlowFileDraft, call: ast.Call, *, has_flow: bool) -> Edits:
    changed = renamed(draft, call, _OF_STARTS)
    flow = next((each for each in call.keywords if each.arg == "flow_name"), None)
    if flow is not None:
        changed[flow] = f"name={deployment(draft, flow.value)}"
    elif not has_flow:
        raise RunUnclear
    return changed
