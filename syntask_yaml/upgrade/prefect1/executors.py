"""Executors as task runners."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft, Prefect1Flow
from syntask_yaml.upgrade.prefect1.module import keyword
from syntask_yaml.upgrade.prefect1.names import imported_names, is_gone
from syntask_yaml.upgrade.prefect1.static import NotStatic

_LOCAL = "prefect.executors.LocalExecutor"
_THREADS = "prefect.executors.LocalDaskExecutor"
_DASK = "prefect.executors.DaskExecutor"
_RUNNERS: Mapping[str, str] = {"processes": "ProcessPoolTaskRunner", "threads": "ThreadPoolTaskRunner"}
# Arguments of `DaskExecutor` that Dask's task runner does not have, and does not need.
_DASK_DROPPED = frozenset({"debug", "disable_cancellation_event", "watch_worker_status"})


def convert_executor(draft: FlowFileDraft, flow: Prefect1Flow, value: ast.expr) -> None:
    """The `task_runner` of the flow. Raises NotStatic."""
    call = value
    if isinstance(value, ast.Name):
        call = draft.module.assigned(value.id, value) or value
    name = draft.names.called(call) or (draft.names.of(call) if not isinstance(call, ast.Call) else "")
    if name == _LOCAL or (isinstance(call, ast.Constant) and call.value is None):
        return
    if not isinstance(call, ast.Call) or name not in (_THREADS, _DASK):
        raise NotStatic("set `task_runner` of the flow")
    runner = _threads(draft, call) if name == _THREADS else _dask(draft, call)
    if not runner:
        return
    statement = flow.options["executor"][1]
    is_late = draft.edits.start(call) > draft.edits.end(flow.definition)
    is_elsewhere = draft.module.scope(statement) is not flow.scope
    if (is_late or is_elsewhere) and not _are_known_before(draft, flow, call):
        raise NotStatic(f"set `task_runner={runner}` of the flow")
    flow.arguments.append(f"task_runner={runner}")


def _are_known_before(draft: FlowFileDraft, flow: Prefect1Flow, call: ast.Call) -> bool:
    """Whether the names that a call needs are functions and classes that are defined before the flow."""
    start = draft.edits.start(flow.definition)
    last = {
        node.name: draft.edits.end(node)
        for node in draft.module.tree.body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    }
    late = [each for each in draft.module.tree.body if draft.edits.start(each) > start]
    imported_late = {name for name, origin in imported_names(late) if not is_gone(origin)}
    names = _names(draft, call)
    is_set = any(name in draft.module.assignments for name in names)
    read = {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}
    return (
        not is_set and read.isdisjoint(imported_late) and all(last.get(name, start) < start for name in names)
    )


def _names(draft: FlowFileDraft, call: ast.Call) -> set[str]:
    """The names that a call needs, but for those of imports."""
    used = {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}
    return used - draft.names.imported.keys() - {"True", "False", "None", "dict", "list", "str", "int"}


def _threads(draft: FlowFileDraft, call: ast.Call) -> str:
    scheduler = keyword(call, "scheduler") or (call.args[0] if call.args else None)
    kind = scheduler.value if isinstance(scheduler, ast.Constant) else "" if scheduler else "threads"
    if kind in ("synchronous", "single-threaded", "sync"):
        return ""
    runner = _RUNNERS.get(str(kind))
    if runner is None:
        raise NotStatic("the scheduler is computed")
    name = draft.want("prefect.task_runners", runner)
    workers = keyword(call, "num_workers")
    return f"{name}({f'max_workers={draft.edits.source(workers)}' if workers is not None else ''})"


def _dask(draft: FlowFileDraft, call: ast.Call) -> str:
    if any(each.arg is None for each in call.keywords) or len(call.args) > 1:
        raise NotStatic("its arguments are computed")
    name = draft.want("prefect_dask", "DaskTaskRunner")
    kept = [f"address={draft.edits.source(each)}" for each in call.args]
    kept += [draft.edits.source(each) for each in call.keywords if each.arg not in _DASK_DROPPED]
    draft.note(call, "p1-executor", "`DaskTaskRunner` is in the package `prefect-dask`.", "Install it.")
    return f"{name}({', '.join(kept)})"
