"""Options of tasks: `@task(…)`, `task(function, …)` and those of `Task` itself."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from datetime import timedelta

from syntask_yaml.upgrade.prefect1.call_arguments import known
from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft
from syntask_yaml.upgrade.prefect1.run_names import run_name

Option = Callable[[FlowFileDraft, ast.keyword], str | None]


def convert_tasks(draft: FlowFileDraft) -> None:
    """Convert the options of every task that is created with `task`."""
    for function in draft.module.functions:
        if any(_is_task(draft, each) for each in function.decorator_list):
            draft.tasks.add(function.name)
    for call in draft.module.calls:
        if draft.names.called(call) == "prefect.task":
            draft.edit_arguments(call, convert_options(draft, call.keywords))
            _note_variable(draft, call)
        elif _copies_task(draft, call):
            _convert_copy(draft, call)


def _is_task(draft: FlowFileDraft, decorator: ast.expr) -> bool:
    made = decorator.func if isinstance(decorator, ast.Call) else decorator
    return draft.names.of(made) == "prefect.task"


def _copies_task(draft: FlowFileDraft, call: ast.Call) -> bool:
    copied = call.func.value if isinstance(call.func, ast.Attribute) and call.func.attr == "copy" else None
    return isinstance(copied, ast.Name) and copied.id in draft.tasks


def _convert_copy(draft: FlowFileDraft, call: ast.Call) -> None:
    """Convert `t.copy(…)` to `t.with_options(…)`."""
    end = draft.edits.end(call.func)
    draft.edits.replace(end - len("copy"), end, "with_options")
    draft.edit_arguments(call, convert_options(draft, call.keywords))
    _note_variable(draft, call)


def _note_variable(draft: FlowFileDraft, call: ast.Call) -> None:
    assignment = draft.module.parent(call)
    if isinstance(assignment, ast.Assign) and isinstance(assignment.targets[0], ast.Name):
        draft.tasks.add(assignment.targets[0].id)


def convert_options(draft: FlowFileDraft, keywords: list[ast.keyword]) -> dict[ast.AST, str | None]:
    """Return the replacements of Prefect 1 options: source, or None to remove the option."""
    changed: dict[ast.AST, str | None] = {}
    for each in keywords:
        option = OPTIONS.get(each.arg or "")
        if option is None:
            if each.arg not in _SAME:
                draft.todo(each, "p1-task-option", _unknown(each))
            continue
        text = option(draft, each)
        if text != draft.edits.source(each):
            changed[each] = text
    persisted = [key for key, text in changed.items() if text == _PERSISTED]
    changed |= dict.fromkeys(persisted[1:])
    if persisted and all(each.arg != "cache_for" for each in keywords):
        # Otherwise Prefect 3 reuses the result of an earlier call with equal arguments.
        changed[persisted[0]] = (
            f"{_PERSISTED}, cache_policy={draft.want('prefect.cache_policies', 'NO_CACHE')}"
        )
    return changed


_PERSISTED = "persist_result=True"
# Options with the same meaning in both versions.
_SAME = frozenset({"name", "tags"})


def _unknown(option: ast.keyword) -> str:
    if option.arg is None:
        return "The options of the task are computed. Use the option names of Prefect 3."
    return f"`{option.arg}` is not an option of tasks in Prefect 3. Remove it, or replace what it does."


def _value(draft: FlowFileDraft, option: ast.keyword) -> str:
    return draft.edits.source(option.value)


def _renamed(name: str) -> Option:
    return lambda draft, option: f"{name}={_value(draft, option)}"


def _dropped(_draft: FlowFileDraft, _option: ast.keyword) -> None:
    return None


def _seconds(name: str) -> Option:
    return lambda draft, option: f"{name}={seconds(draft, option.value)}"


def seconds(draft: FlowFileDraft, value: ast.expr) -> str:
    """Return a duration in seconds: a number if it is constant, or an expression."""
    found = known(draft.module, value)
    if isinstance(found, timedelta):
        total = found.total_seconds()
        return str(int(total) if total.is_integer() else total)
    text = draft.edits.source(value)
    if found is not None or (isinstance(value, ast.Constant)):
        return text
    return (
        f"{text}.total_seconds()"
        if isinstance(value, (ast.Name, ast.Attribute, ast.Call))
        else (f"({text}).total_seconds()")
    )


def _todo(code: str, text: str) -> Option:
    def convert(draft: FlowFileDraft, option: ast.keyword) -> str:
        draft.todo(option, code, text)
        return draft.edits.source(option)

    return convert


_STATES = "Call what it needs with `return_state=True`, and call it if "
# Replacements of triggers.
TRIGGERS: Mapping[str, str] = {
    "all_finished": "Call what it needs in `try`, and it in `finally`.",
    "always_run": "Call what it needs in `try`, and it in `finally`.",
    "all_failed": f"{_STATES}all of the states are failed.",
    "any_failed": "Call what it needs in `try`, and it in `except`.",
    "any_successful": f"{_STATES}one of the states `is_completed()`.",
    "some_failed": f"{_STATES}enough of the states `is_failed()`.",
    "some_successful": f"{_STATES}enough of the states `is_completed()`.",
    "not_all_skipped": "Nothing is skipped today: leave it out if nothing that it needs raises `SKIP`.",
    "manual_only": "Call `pause_flow_run()` in front of it.",
}


def _trigger(draft: FlowFileDraft, option: ast.keyword) -> str | None:
    name = draft.names.of(option.value) or draft.names.called(option.value)
    if name == "prefect.triggers.all_successful":
        return None
    instead = TRIGGERS.get(name.rpartition(".")[2], "Catch errors, or use `allow_failure`.")
    text = f"Prefect 3 has no triggers, such as `{draft.text(option.value)}`. {instead}"
    draft.todo(option, "p1-trigger", text)
    return draft.edits.source(option)


def _handlers(draft: FlowFileDraft, option: ast.keyword) -> str | None:
    if isinstance(option.value, (ast.List, ast.Tuple)) and not option.value.elts:
        return None
    text = (
        f"Replace `{option.arg}` with `on_failure` or `on_completion`. "
        "Hooks take the task, the run and the state, and return nothing."
    )
    draft.todo(option, "p1-state-handler", text)
    return draft.edits.source(option)


def _result(draft: FlowFileDraft, option: ast.keyword) -> str:
    """Convert `result=` and `target=`: results are persisted, at a location set elsewhere."""
    if not _is_plain_result(draft, option.value):
        text = (
            f"The result was stored by `{option.arg}={draft.text(option.value)}`. Set `result_storage` and "
        )
        draft.todo(option, "p1-result", f"{text}`result_storage_key` if its location matters.")
    return _PERSISTED


def _is_plain_result(draft: FlowFileDraft, value: ast.expr) -> bool:
    """Return whether a result is stored at the default location."""
    is_bare = isinstance(value, ast.Call) and not (value.args or value.keywords)
    return is_bare and draft.names.called(value) in _PLAIN_RESULTS


_PLAIN_RESULTS = frozenset({"prefect.engine.results.LocalResult", "prefect.engine.results.PrefectResult"})


def _cached(draft: FlowFileDraft, option: ast.keyword) -> str:
    key = draft.want("prefect.tasks", "task_input_hash")
    return f"cache_key_fn={key}, cache_expiration={_value(draft, option)}"


def _validator(draft: FlowFileDraft, option: ast.keyword) -> str | None:
    if draft.names.of(option.value) == "prefect.engine.cache_validators.all_inputs":
        return None
    text = "Replace `cache_validator` with a `cache_key_fn` that returns equal keys for equal results."
    draft.todo(option, "p1-cache", text)
    return draft.edits.source(option)


def _skip(draft: FlowFileDraft, option: ast.keyword) -> str | None:
    if isinstance(option.value, ast.Constant) and option.value.value is True:
        return None
    text = "Tasks are not skipped in Prefect 3. Remove `skip_on_upstream_skip`, and check its callers."
    draft.todo(option, "p1-task-option", text)
    return draft.edits.source(option)


# Conversions of options.
OPTIONS: Mapping[str, Option] = {
    "max_retries": _renamed("retries"),
    "retry_delay": _seconds("retry_delay_seconds"),
    "timeout": _seconds("timeout_seconds"),
    "log_stdout": _renamed("log_prints"),
    "task_run_name": run_name,
    "checkpoint": _dropped,
    "nout": _dropped,
    "slug": _dropped,
    "skip_on_upstream_skip": _skip,
    "trigger": _trigger,
    "state_handlers": _handlers,
    "on_failure": _handlers,
    "result": _result,
    "target": _result,
    "cache_for": _cached,
    "cache_validator": _validator,
    "cache_key": _todo("p1-cache", "Replace `cache_key` with a `cache_key_fn` that returns it."),
    "retry_on": _todo("p1-task-option", "Replace `retry_on` with a `retry_condition_fn`."),
}
