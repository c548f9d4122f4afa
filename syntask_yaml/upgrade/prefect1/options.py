"""Options of a flow: those of its deployment are removed from the code, the others stay."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping

from syntask_yaml.upgrade.prefect1.deployments import (
    ENTRY_HINT,
    complete_deployment,
    is_default,
    refusal,
    take_environment,
    take_registration,
    take_run_config,
    take_schedule,
    take_storage,
)
from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft, Prefect1Flow
from syntask_yaml.upgrade.prefect1.executors import convert_executor
from syntask_yaml.upgrade.prefect1.static import ENVIRONMENT, NotStatic, says_nothing, secret_of


def convert_options(draft: FlowFileDraft) -> None:
    """Convert the options and the registration of every flow."""
    for flow in draft.flows:
        for name, (value, statement) in list(flow.options.items()):
            rule = _OPTIONS.get(name, _left if name in _CODES else _without_effect)
            _settle(draft, flow, name, value, statement, rule)
        for call in flow.registered:
            take_registration(draft, flow, call)
        if flow.deployment:
            complete_deployment(draft, flow)
    while _remove_unused(draft):
        pass


Rule = Callable[[FlowFileDraft, Prefect1Flow, ast.expr], None]


def _settle(
    draft: FlowFileDraft, flow: Prefect1Flow, name: str, value: ast.expr, statement: ast.stmt, rule: Rule
) -> None:
    is_own = statement is not flow.definition
    reason = refusal(draft, flow) if name in _OF_DEPLOYMENT else ""
    if says_nothing(value) or (reason and is_default(draft, value)):
        rule, reason = _validate, ""
    try:
        if reason:
            raise NotStatic(reason)
        rule(draft, flow, value)
    except NotStatic as error:
        code = _CODES.get(name, "p1-flow-method")
        text = f"`{name}` is not converted: {error}. {ENTRY_HINT if name in _OF_DEPLOYMENT else ''}".rstrip()
        draft.todo(statement, code, text)
        if not is_own:
            flow.arguments.append(f"{name}={draft.edits.source(value)}")
        return
    if is_own and _sets_an_attribute(statement) and not draft.edits.is_edited(statement):
        draft.edits.remove(statement)


def _sets_an_attribute(statement: ast.stmt) -> bool:
    """Whether it is `flow.option = …`: an option can also be an argument of a call, whose result is used."""
    return isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Attribute)


def _left(_draft: FlowFileDraft, _flow: Prefect1Flow, _value: ast.expr) -> None:
    raise NotStatic("Prefect 3 has no such option")


def _name(_draft: FlowFileDraft, _flow: Prefect1Flow, _value: ast.expr) -> None:
    raise NotStatic("give `@flow` the name")


def _without_effect(draft: FlowFileDraft, flow: Prefect1Flow, _value: ast.expr) -> None:
    text = "An unknown attribute of the flow is omitted, because it had no effect in Prefect 1."
    draft.note(flow.call, "p1-flow-method", text, "Check whether it is misspelled.")


def _result(_draft: FlowFileDraft, _flow: Prefect1Flow, _value: ast.expr) -> None:
    """Reject the storage of results, which implies caching that only tasks can disable."""
    text = "set `persist_result=True, cache_policy=NO_CACHE` of the tasks whose results are kept"
    raise NotStatic(f"{text}, and `result_storage` of the flow if the location matters")


def _validate(_draft: FlowFileDraft, _flow: Prefect1Flow, _value: ast.expr) -> None:
    """Drop the check of the graph, which no longer exists."""


def _tasks(_draft: FlowFileDraft, flow: Prefect1Flow, _value: ast.expr) -> None:
    if flow.block is not None:
        raise NotStatic("call the tasks in the function of the flow")


_OPTIONS: Mapping[str, Rule] = {
    "name": _name,
    "storage": take_storage,
    "run_config": take_run_config,
    "environment": take_environment,
    "schedule": take_schedule,
    "executor": convert_executor,
    "result": _result,
    "validate": _validate,
    "tasks": _tasks,
}
_OF_DEPLOYMENT = frozenset({"storage", "run_config", "environment", "schedule"})
_CODES: Mapping[str, str] = {
    "storage": "p1-storage",
    "run_config": "p1-run-config",
    "environment": "p1-run-config",
    "schedule": "p1-schedule",
    "executor": "p1-executor",
    "result": "p1-result",
    "state_handlers": "p1-state-handler",
    "on_failure": "p1-state-handler",
    "terminal_state_handler": "p1-state-handler",
    "reference_tasks": "p1-flow-method",
    "edges": "p1-dependency",
    **dict.fromkeys(("constants", "slugs", "logger", "run", "register"), "p1-flow-method"),
    "tasks": "p1-dependency",
}


def _remove_unused(draft: FlowFileDraft) -> bool:
    """Remove assignments that only removed code used; return whether there were any."""
    found = [
        (statement, name, scope is draft.module.tree)
        for name, assignments in draft.module.assignments.items()
        for scope, value, statement in assignments
        if (is_made := _is_made(draft, value)) or _is_of_environment(draft, value)
        if not draft.edits.is_removed(statement) and _is_needless(draft, name, scope, is_made=is_made)
        if not (scope is draft.module.tree and name in draft.kept)
    ]
    for statement, name, is_on_top in found:
        draft.edits.remove(statement)
        if is_on_top:
            draft.unused.add(name)
    return bool(found)


def _is_needless(draft: FlowFileDraft, name: str, scope: ast.AST, *, is_made: bool) -> bool:
    """Return whether only removed code used a name; *is_made* allows a name without uses."""
    uses = draft.module.uses(name, scope)
    if any(re.search(rf"\b{name}\b", text) for flow in draft.flows for text in flow.arguments):
        return False
    return (is_made or bool(uses)) and all(
        draft.edits.is_removed(use) or _is_dropped(draft, use) or _is_in_head(draft, use) for use in uses
    )


def _is_made(draft: FlowFileDraft, value: ast.expr) -> bool:
    return draft.names.called(value).startswith(_MADE)


def _is_of_environment(draft: FlowFileDraft, value: ast.expr) -> bool:
    """Return whether it is read from the environment or a secret, which a run may lack."""
    if secret_of(value, draft.names.of) is not None:
        return True
    read = draft.names.of(value.value) if isinstance(value, ast.Subscript) else draft.names.called(value)
    return read in ENVIRONMENT


_MADE = (
    "prefect.environments.",
    "prefect.storage.",
    "prefect.run_configs.",
    "prefect.schedules.",
    "prefect.executors.",
)


def _is_dropped(draft: FlowFileDraft, use: ast.AST) -> bool:
    """Return whether *use* is in an argument that was removed from a call."""
    return use in draft.dropped and not draft.has_todo(use)


def _is_in_head(draft: FlowFileDraft, use: ast.AST) -> bool:
    """Return whether *use* is in a removed argument of a flow."""
    for flow in draft.flows:
        if flow.call in draft.module.parents(use):
            return not any(f"={use.id}" in each for each in flow.arguments)  # type: ignore[attr-defined]
    return False
