"""Task calls with arguments that are stated in later statements."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft

_COMMENT = re.compile(r"#[^\r\n]*")


@dataclass(eq=False, slots=True)
class StatedCall:
    """A task call with a name, its dependencies, and the statements that state them."""

    statement: ast.stmt
    call: ast.Call
    waits: list[ast.Name] = field(default_factory=list)
    inputs: dict[str, ast.Name] = field(default_factory=dict)
    said: list[ast.Expr] = field(default_factory=list)

    @property
    def upstream(self) -> list[ast.Name]:
        return [*self.waits, *self.inputs.values()]


def add_arguments(draft: FlowFileDraft, call: StatedCall) -> None:
    """Add the later stated arguments to the call."""
    edits = draft.edits
    waits = list(dict.fromkeys(draft.renamed.get(each, each.id) for each in call.waits))
    written = [f"{key}={draft.renamed.get(each, each.id)}" for key, each in call.inputs.items()]
    given = next((each.value for each in call.call.keywords if each.arg == "upstream_tasks"), None)
    if waits and isinstance(given, ast.List):
        _append(draft, given, given.elts, ", ".join(waits))
    elif waits and given is not None:
        edits.insert(edits.start(given), "[*")
        edits.insert(edits.end(given), f", {', '.join(waits)}]")
    elif waits:
        written.append(f"wait_for=[{', '.join(waits)}]")
    if written:
        _append(draft, call.call, [*call.call.args, *call.call.keywords], ", ".join(written))


def _append(draft: FlowFileDraft, node: ast.expr, items: Sequence[ast.expr | ast.keyword], text: str) -> None:
    """Insert *text* after the last of *items*, which are between the brackets of *node*."""
    edits, end = draft.edits, draft.edits.end(node) - 1
    behind = edits.original(max((edits.end(each) for each in items), default=end), end)
    between = _COMMENT.sub("", behind).strip()
    kept = [edits.end(each) for each in items if getattr(each, "arg", "") != "task_args"]
    if kept and between in ("", ","):
        edits.insert(max(kept), f", {text}")
    else:
        edits.insert(end, f", {text}" if kept and not between.endswith(",") else text)
