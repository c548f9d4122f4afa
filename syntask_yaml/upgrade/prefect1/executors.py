"""Executors as task runners."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft, Prefect1Flow
from syntask_yaml.upgrade.prefect1.module import FlowModule
from syntask_yaml.upgrade.prefect1.names import canonical, imported_names, is_gone
from syntask_yaml.upgrade.prefect1.returned import followed
from syntask_yaml.upgrade.prefect1.static import NotStatic

_LOCAL = "prefect.executors.LocalExecutor"
_THREADS = "prefect.executors.LocalDaskExecutor"
_DASK = "prefect.executors.DaskExecutor"
# By class: the arguments that may be positional.
_POSITIONS: Mapping[str, str] = {_THREADS: "scheduler", _DASK: "address"}
_RUNNERS: Mapping[str, str] = {"processes": "ProcessPoolTaskRunner", "threads": "ThreadPoolTaskRunner"}
# Arguments of `DaskExecutor` that Dask's task runner lacks and does not need.
_DASK_DROPPED = frozenset({"debug", "disable_cancellation_event", "watch_worker_status"})


def convert_executor(draft: FlowFileDraft, flow: Prefect1Flow, value: ast.expr) -> None:
    """Convert the executor to the `task_runner` of the flow. Raises NotStatic."""
    found = followed(draft.module, value)
    call, names = found.node, found.module.names
    name = names.called(call) or (names.of(call) if not isinstance(call, ast.Call) else "")
    if name == _LOCAL or (isinstance(call, ast.Constant) and call.value is None):
        return
    if not isinstance(call, ast.Call) or name not in _POSITIONS:
        raise NotStatic("set `task_runner` of the flow")
    if found.module is not draft.module and not _is_plain(call):
        raise NotStatic("it is made in another file: set `task_runner` of the flow")
    runner = _runner(draft, flow, name, _options(found.module, name, call))
    if not runner:
        return
    statement = flow.options["executor"][1]
    is_late = draft.edits.start(call) > draft.edits.end(flow.definition)
    is_elsewhere = draft.module.scope(statement) is not flow.scope
    is_late = is_late and found.module is draft.module
    if (is_late or is_elsewhere) and not _are_known_before(draft, flow, call):
        raise NotStatic(f"set `task_runner={runner}` of the flow")
    flow.arguments.append(f"task_runner={runner}")


def convert_named_executor(
    draft: FlowFileDraft, flow: Prefect1Flow, name: str, options: Mapping[str, Any]
) -> None:
    """Convert a class name and *options*, as in the oldest versions. Raises NotStatic."""
    kind = canonical(name)
    if kind == _LOCAL:
        return
    if kind not in _POSITIONS:
        raise NotStatic("its executor has no equivalent")
    if runner := _runner(draft, flow, kind, {key: repr(each) for key, each in options.items()}):
        flow.arguments.append(f"task_runner={runner}")


def _options(module: FlowModule, name: str, call: ast.Call) -> dict[str, str]:
    """Return the arguments of an executor as source. Raises NotStatic."""
    if any(each.arg is None for each in call.keywords) or len(call.args) > 1:
        raise NotStatic("its arguments are computed")
    given = dict.fromkeys([_POSITIONS[name]], call.args[0]) if call.args else {}
    given |= {str(each.arg): each.value for each in call.keywords}
    return {key: module.edits.take(each) for key, each in given.items()}


def _runner(draft: FlowFileDraft, flow: Prefect1Flow, name: str, options: Mapping[str, str]) -> str:
    """Return the task runner that replaces an executor; empty for one that runs calls in order."""
    return _threads(draft, options) if name == _THREADS else _dask(draft, flow, options)


def _are_known_before(draft: FlowFileDraft, flow: Prefect1Flow, call: ast.Call) -> bool:
    """Return whether all names in a call are defined, or set once at module level, before the flow."""
    start = draft.edits.start(flow.definition)
    last = {
        node.name: draft.edits.end(node)
        for node in draft.module.tree.body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    }
    late = [each for each in draft.module.tree.body if draft.edits.start(each) > start]
    imported_late = {name for name, origin in imported_names(late) if not is_gone(origin)}
    names = _names(draft, call)
    others = {name for name in names if not _is_set_before(draft, flow, call, name)}
    is_set = any(name in draft.module.assignments for name in others)
    read = {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}
    return (
        not is_set
        and read.isdisjoint(imported_late)
        and all(last.get(name, start) < start for name in others)
    )


def _is_set_before(draft: FlowFileDraft, flow: Prefect1Flow, call: ast.Call, name: str) -> bool:
    if draft.module.assigned(name, call) is None:
        return False
    statements = [statement for _, _, statement in draft.module.assignments[name]]
    start = draft.edits.start(flow.definition)
    return all(each in draft.module.tree.body and draft.edits.end(each) < start for each in statements)


def _is_plain(call: ast.Call) -> bool:
    """Return whether a call has the same meaning in every file: its arguments contain no names."""
    arguments = [*call.args, *(each.value for each in call.keywords)]
    return not any(isinstance(node, ast.Name) for each in arguments for node in ast.walk(each))


def _names(draft: FlowFileDraft, call: ast.Call) -> set[str]:
    """Return the names in a call, except imports."""
    used = {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}
    return used - draft.names.imported.keys() - {"True", "False", "None", "dict", "list", "str", "int"}


def _threads(draft: FlowFileDraft, options: Mapping[str, str]) -> str:
    try:
        kind = ast.literal_eval(options.get("scheduler", repr("threads")))
    except ValueError:
        kind = ""
    if kind in ("synchronous", "single-threaded", "sync"):
        return ""
    runner = _RUNNERS.get(str(kind))
    if runner is None:
        raise NotStatic("the scheduler is computed")
    name = draft.want("prefect.task_runners", runner)
    return f"{name}({f'max_workers={workers}' if (workers := options.get('num_workers')) else ''})"


def _dask(draft: FlowFileDraft, flow: Prefect1Flow, options: Mapping[str, str]) -> str:
    name = draft.want("prefect_dask", "DaskTaskRunner")
    kept = [f"{key}={text}" for key, text in options.items() if key not in _DASK_DROPPED]
    draft.note(
        flow.options.get("executor", (flow.call, flow.definition))[0],
        "p1-executor",
        "`DaskTaskRunner` is in the package `prefect-dask`.",
        "Install it.",
    )
    return f"{name}({', '.join(kept)})"
