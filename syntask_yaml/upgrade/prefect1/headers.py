"""Conversion of `with Flow(…) as flow:` to a decorated function."""

from __future__ import annotations

import ast
import json
import re

from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft, Prefect1Flow
from syntask_yaml.upgrade.prefect1.flows import name_argument
from syntask_yaml.upgrade.prefect1.results import return_line

_WIDTH = 100
_COLON = re.compile(r"(?:[\s)\\,]|#[^\r\n]*)*:")


def write_headers(draft: FlowFileDraft) -> None:
    """Write the function header of every flow that has a block."""
    for flow in draft.flows:
        if flow.block is not None:
            _write(draft, flow, flow.block)


def decorator(draft: FlowFileDraft, flow: Prefect1Flow) -> str:
    """Return the decorator, with the remaining options of the flow."""
    name = name_argument(flow)
    text = (
        json.dumps(flow.name, ensure_ascii=False)
        if flow.is_renamed
        else draft.edits.source(name or flow.call)
    )
    written = [f"name={text}"] if name is not None else []
    return f"@{draft.want('prefect', 'flow')}({', '.join([*written, *flow.arguments])})"


def signature(flow: Prefect1Flow, indent: str, newline: str) -> str:
    """Return the header of the function, on several lines if it is long; required parameters come first."""
    texts = sorted(flow.parameters.values(), key=lambda text: "=" in text)
    line = f"def {flow.function}({', '.join(texts)}):"
    if len(line) <= _WIDTH:
        return line
    lines = "".join(f"{indent}    {text},{newline}" for text in texts)
    return f"def {flow.function}({newline}{lines}{indent}):"


def _write(draft: FlowFileDraft, flow: Prefect1Flow, block: ast.With) -> None:
    edits = draft.edits
    item = block.items[0]
    last = item.optional_vars or item.context_expr
    colon = _COLON.match(edits.original(edits.end(last), edits.start(block.body[0])))
    if colon is None:
        draft.todo(block, "p1-flow", "Write a function with `@flow`.")
        return
    end = edits.end(last) + len(colon.group().encode())
    indent = edits.indentation(block)
    head = f"{decorator(draft, flow)}{edits.newline}{indent}{signature(flow, indent, edits.newline)}"
    edits.replace(edits.start(block), end, head)
    inner = edits.indentation(block.body[0])
    for line in flow.first_lines:
        edits.insert(edits.start(block.body[0]), f"{line}{edits.newline}{inner}")
    if line := return_line(draft, flow):
        kept = [each for each in block.body if not edits.is_removed(each)]
        edits.insert(edits.end(kept[-1]), f"{edits.newline}{inner}{line}")
    if flow.definition is not block:
        edits.remove(flow.definition)
