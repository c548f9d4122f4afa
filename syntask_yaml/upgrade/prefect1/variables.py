"""The key-value store of Prefect Cloud, whose keys become variables.

A missing key was an error, and is `None` now: a call in a `try` is left, and so is one in a coroutine, where
`Variable` has to be awaited.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping

from syntask_yaml.project.spelling import slug
from syntask_yaml.upgrade.prefect1.call_arguments import argument, known
from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft

_MODULES = ("prefect.backend", "prefect.backend.kv_store")


def convert_variables(draft: FlowFileDraft) -> None:
    """Convert every call that reads, sets or deletes a constant key."""
    names: dict[str, str] = {}
    for node in draft.module.calls:
        module, _, function = draft.names.called(node).rpartition(".")
        write = _WRITTEN.get(function)
        if module not in _MODULES or write is None:
            continue
        key = _key(draft, node)
        if key is None or not re.search("[A-Za-z0-9]", key) or names.setdefault(_name(key), key) != key:
            continue  # `library` leaves the rest
        if _is_caught(draft, node) or isinstance(draft.module.scope(node), ast.AsyncFunctionDef):
            continue
        text = write(draft, node, _name(key))
        if text is not None:
            draft.edits.replace_node(node, text)
            _note(draft, node, key)


def _key(draft: FlowFileDraft, call: ast.Call) -> str | None:
    found = known(draft.module, argument(call, "key", 0))
    return found if isinstance(found, str) else None


def _name(key: str) -> str:
    """Return the name of the variable, which allows lower-case letters, digits, dashes and underscores."""
    return key if re.fullmatch("[a-z0-9_-]+", key) else slug(key)


def _is_caught(draft: FlowFileDraft, call: ast.Call) -> bool:
    return any(
        (isinstance(each, ast.Try) and each.handlers)
        or (isinstance(each, ast.With) and any(_suppresses(item.context_expr) for item in each.items))
        for each in draft.module.parents(call)
    )


def _suppresses(context: ast.expr) -> bool:
    """Return whether it is `suppress(…)` of contextlib, or `raises(…)` of pytest."""
    called = context.func if isinstance(context, ast.Call) else None
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name in ("suppress", "raises")


def _note(draft: FlowFileDraft, call: ast.Call, key: str) -> None:
    """Note the variable of each key once."""
    name = _name(key)
    text = f"The key `{key}` of the key-value store is the variable `{name}`."
    if all(problem.detail != text for problem in draft.problems):
        draft.note(call, "p1-variable", text, f"Create it: `syntask variable set {name} VALUE`.")


def _read(draft: FlowFileDraft, call: ast.Call, name: str) -> str | None:
    return f'{_variable(draft)}.get("{name}")' if len(call.args) + len(call.keywords) == 1 else None


def _set(draft: FlowFileDraft, call: ast.Call, name: str) -> str | None:
    """Convert a write, unless the returned id of the key is used."""
    value = argument(call, "value", 1)
    if value is None or not _is_statement(draft, call) or len(call.args) + len(call.keywords) != 2:
        return None
    return f'{_variable(draft)}.set("{name}", {draft.edits.take(value)}, overwrite=True)'


def _delete(draft: FlowFileDraft, call: ast.Call, name: str) -> str | None:
    return f'{_variable(draft)}.unset("{name}")' if _is_statement(draft, call) else None


def _is_statement(draft: FlowFileDraft, call: ast.Call) -> bool:
    return isinstance(draft.module.parent(call), ast.Expr)


def _variable(draft: FlowFileDraft) -> str:
    return draft.want("prefect.variables", "Variable")


_WRITTEN: Mapping[str, Callable[[FlowFileDraft, ast.Call, str], str | None]] = {
    "get_key_value": _read,
    "set_key_value": _set,
    "delete_key": _delete,
}
