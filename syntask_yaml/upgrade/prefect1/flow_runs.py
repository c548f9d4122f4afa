"""`create_flow_run` and `wait_for_flow_run` as tasks of these names that do the same, so that calls stay."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft
from syntask_yaml.upgrade.prefect1.other_flows import (
    OF_RUNS,
    Edits,
    RunUnclear,
    deployment,
    is_only_waited_for,
    renamed,
)

_MODULES = ("prefect.tasks.prefect", "prefect.tasks.prefect.flow_run")
# Options to show states and logs have no equivalent: the run shows its own.
_OF_WAITING: Mapping[str, str | None] = {
    "flow_run_id": "flow_run_id",
    "raise_final_state": "raise_final_state",
    "stream_states": None,
    "stream_logs": None,
}
_HALF_A_DAY = 12 * 60 * 60


def convert_flow_runs(draft: FlowFileDraft) -> None:
    """Convert these tasks, with their calls."""
    for name, origin in draft.names.imported.items():
        module, _, function = origin.rpartition(".")
        if module in _MODULES and function in _FUNCTIONS:
            _convert_function(draft, name, _FUNCTIONS[function])


@dataclass(frozen=True, slots=True)
class _Function:
    """A library task: the changes of its calls, and the lines of its replacement."""

    name: str
    read: Callable[[FlowFileDraft, ast.Call], Edits]
    write: Callable[[FlowFileDraft], list[str]]


def _convert_function(draft: FlowFileDraft, name: str, function: _Function) -> None:
    """Define a task called *name* before its first use, if all of its calls are supported."""
    uses = draft.module.uses(name)
    if not uses or draft.module.bound_on_top & {name}:
        return
    known = dict(draft.runs)
    try:
        edits = {call: function.read(draft, call) for call in _calls(draft, uses)}
    except RunUnclear:
        draft.runs = known
        return  # `library` leaves them
    for call, changed in edits.items():
        draft.edit_arguments(call, changed)
    for use in uses:
        draft.edits.replace_node(use, name)
    draft.tasks.add(name)
    option = "" if name == function.name else f'(name="{function.name}")'
    head, *lines = function.write(draft)
    text = [f"@{draft.want('prefect', 'task')}{option}", f"def {name}({head}):", *lines, "", "", ""]
    first = min((_on_top(draft, use) for use in uses), key=draft.edits.start)
    draft.edits.insert_above(first, draft.edits.newline.join(text))


def _calls(draft: FlowFileDraft, uses: Sequence[ast.Name]) -> Iterator[ast.Call]:
    for use in uses:
        method = draft.module.parent(use)
        called = method if isinstance(method, ast.Attribute) and method.attr == "map" else use
        call = draft.module.parent(called)
        if not (isinstance(call, ast.Call) and call.func is called):
            raise RunUnclear
        yield call


def _on_top(draft: FlowFileDraft, node: ast.AST) -> ast.stmt:
    """Return the module-level statement that contains *node*."""
    return next(
        each
        for each in (node, *draft.module.parents(node))
        if isinstance(each, ast.stmt) and draft.module.parent(each) is draft.module.tree
    )


def _read_creation(draft: FlowFileDraft, call: ast.Call) -> Edits:
    changed = renamed(draft, call, OF_RUNS)
    given = next((each for each in call.keywords if each.arg == "flow_name"), None)
    if given is None:
        raise RunUnclear
    is_map = isinstance(call.func, ast.Attribute)
    changed[given] = f"name={_deployments(draft, given.value, is_map=is_map)}"
    return changed


def _read_waiting(draft: FlowFileDraft, call: ast.Call) -> Edits:
    if isinstance(call.func, ast.Attribute) or len(call.args) > 1 or not is_only_waited_for(draft, call):
        raise RunUnclear
    return renamed(draft, ast.Call(call.func, [], call.keywords), _OF_WAITING)


def _deployments(draft: FlowFileDraft, flows: ast.expr, *, is_map: bool) -> str:
    """Return the deployment of a flow or, for `map`, of each flow in a list or of an `unmapped` one."""
    if not is_map:
        return deployment(draft, flows)
    if isinstance(flows, ast.List):
        return f"[{', '.join(deployment(draft, each) for each in flows.elts)}]"
    if (
        draft.names.called(flows) == "prefect.unmapped"
        and isinstance(flows, ast.Call)
        and len(flows.args) == 1
    ):
        return f"{draft.edits.source(flows.func)}({deployment(draft, flows.args[0])})"
    raise RunUnclear


def _write_creation(draft: FlowFileDraft) -> list[str]:
    run = draft.want("prefect.deployments", "run_deployment")
    return ["name, **options", f"    return str({run}(name, timeout=0, **options).id)"]


def _write_waiting(draft: FlowFileDraft) -> list[str]:
    wait = f"{draft.want('prefect', 'flow_runs')}.wait_for_flow_run(flow_run_id, timeout={_HALF_A_DAY})"
    return [
        "flow_run_id, raise_final_state=False",
        f"    flow_run = {draft.want('asyncio')}.run({wait})",
        "    if raise_final_state:",
        f"        {draft.want('prefect.states', 'raise_state_exception')}(flow_run.state)",
    ]


_FUNCTIONS: Mapping[str, _Function] = {
    "create_flow_run": _Function("create_flow_run", _read_creation, _write_creation),
    "wait_for_flow_run": _Function("wait_for_flow_run", _read_waiting, _write_waiting),
}
