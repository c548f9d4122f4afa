"""The work pool and the job variables of a deployment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syntask_yaml.document.node import Node
from syntask_yaml.model.pool import DEFAULT_QUEUE
from syntask_yaml.upgrade.agent_deployment import Form, is_empty
from syntask_yaml.upgrade.blocks import block_name, block_type, has_copy
from syntask_yaml.upgrade.draft import EntryDraft, WantedPool
from syntask_yaml.upgrade.infrastructure import INFRASTRUCTURE, Infrastructure
from syntask_yaml.upgrade.job_variables import (
    BlockDraft,
    add_implied,
    convert_block,
    kind_of,
    note_retries,
)
from syntask_yaml.upgrade.overrides import convert_overrides
from syntask_yaml.upgrade.pool_names import usual_name
from syntask_yaml.upgrade.pool_template import lift_template

_AGENT_POOLS = frozenset({"default-agent-pool"})


def convert_pool(draft: EntryDraft) -> None:
    """Convert the infrastructure, its overrides, the pool and the queue to `work_pool`."""
    declared = draft.source.get("work_pool")
    if declared is not None:
        _keep_declared(draft, declared)
        return
    block = draft.source.get("infrastructure")
    kind = kind_of(block_type(block) if block else "process")
    _settle_names(draft)
    if kind is None:
        assert block is not None
        detail = f"No work pool replaces an infrastructure block of type `{block_type(block) or 'unknown'}`."
        hint = f"Add `work_pool` to the entry. Known types are {', '.join(INFRASTRUCTURE)}."
        draft.report(block, "unsupported-infrastructure", detail, hint)
        _drop_overrides(draft)
        return
    name = str(block_name(block)) if block else ""
    draft.pool = WantedPool(kind.type, name, chosen=_chosen(draft, name, kind.type))
    if block is None:
        _warn_of_absence(draft)
    if block is not None:
        draft.ledger.open(block)
        _note_copy(draft, block)
    variables = job_variables_of(draft, block, kind)
    if block is not None and _is_elsewhere(draft, block):
        _take_from_server(draft, block)
    draft.put("work_pool", {**_queue(draft), **({"job_variables": variables} if variables else {})})


def job_variables_of(draft: EntryDraft, block: Node | None, kind: Infrastructure) -> dict[str, Any]:
    """Return the job variables for a *block* of a *kind* and its overrides.

    Fields that job variables cannot set go into the template of the pool.
    """
    converted = convert_block(draft, block, kind) if block else BlockDraft()
    convert_overrides(draft, kind, converted)
    lift_template(draft, kind, converted)
    if block is not None and not _is_elsewhere(draft, block):
        add_implied(draft, block, kind, converted)
        note_retries(draft, block, kind, converted)
    return converted.variables


def _keep_declared(draft: EntryDraft, declared: Node) -> None:
    """Keep a pool in the current form, which no version deployed from a file with a single entry."""
    draft.carry(declared, "work_pool")
    if draft.source.form is Form.AGENT:
        detail = "The file is a single entry of a project file. No Prefect version deploys such a file."
        draft.note(declared, "never-applied", detail, "Check whether you need the deployment.")
    pool = _given(declared.value) if isinstance(declared.value, dict) else declared.value
    draft.put("work_pool", draft.literal(pool))
    for key in ("infrastructure", "infra_overrides", "job_variables"):
        if (node := draft.source.get(key)) is not None:
            detail = f"`{key}` has no effect beside `work_pool`."
            draft.report(node, "conflicting-keys", detail, "Add it to `work_pool.job_variables`.")
    _settle_names(draft)


def _chosen(draft: EntryDraft, block: str, type: str) -> str:
    """Return the name of the pool: given by the user, of the old pool, or the default one."""
    pools = draft.context.pools
    old = draft.source.text("work_pool_name")
    keys = (block, old, usual_name(block, type), "" if block else type)
    return next((pools[key] for key in keys if key and key in pools), "")


def _given(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in value.items() if not is_empty(item)}


def _settle_names(draft: EntryDraft) -> None:
    pool = draft.source.get("work_pool_name")
    if pool is not None:
        draft.drop(pool, "work pools of agents cannot have workers")
        if str(pool.value) not in _AGENT_POOLS and draft.source.form is not Form.SERVER:
            detail = f"`{pool.value}` is not carried, because work pools of agents cannot have workers."
            hint = f"If it has workers, keep it with `--pool {pool.value}={pool.value}`."
            draft.note(pool, "agent-pool", detail, hint)
    queue = draft.source.get("work_queue_name")
    if queue is not None and queue.value == DEFAULT_QUEUE:
        draft.drop(queue, "the default")
    elif queue is not None:
        draft.carry(queue, "work_pool.work_queue_name")


def _queue(draft: EntryDraft) -> dict[str, Any]:
    node = draft.source.get("work_queue_name")
    queue = "" if node is None else str(node.value)
    return {"work_queue_name": draft.literal(queue)} if queue and queue != DEFAULT_QUEUE else {}


def _drop_overrides(draft: EntryDraft) -> None:
    for key in ("infra_overrides", "job_variables"):
        if (node := draft.source.get(key)) is not None:
            draft.drop(node, "belongs to the infrastructure that is reported")


def _warn_of_absence(draft: EntryDraft) -> None:
    detail = "The file has no infrastructure. `prefect deployment apply` fails on such a file."
    hint = "The entry runs as a process."
    draft.note(draft.source.root, "agent-file-no-infrastructure", detail, hint)


def _note_copy(draft: EntryDraft, block: Node) -> None:
    if block_name(block) and has_copy(block):
        note_stale_copy(draft, block, "The entry contains")
    elif not block_name(block) and draft.source.form is not Form.SERVER and block.value.get("_is_anonymous"):
        draft.note(block, "anonymous-block", "An anonymous block is treated as part of the file.")
    elif block_name(block) and not _is_elsewhere(draft, block):
        draft.warn(block, "block-not-here", *missing_values(draft, block, _OTHERWISE))


_OTHERWISE = "add them to `work_pool.job_variables` or to the base job template of the pool."


def _take_from_server(draft: EntryDraft, block: Node) -> None:
    """Create the pool from the block on the server, unless an override needs another template."""
    assert draft.pool is not None
    detail, hint = missing_values(draft, block, _OTHERWISE)
    if draft.pool.template:
        draft.warn(block, "block-not-here", detail, hint)
        return
    draft.pool = replace(draft.pool, origin=f"{block_type(block)}/{block_name(block)}")
    hint = "Pass `--from-server=URL` to have them in the entry."
    draft.note(block, "block-not-here", f"{detail} The work pool is created from it.", hint)


def _is_elsewhere(draft: EntryDraft, block: Node) -> bool:
    """Return whether the values of a saved block are on a server that was not read."""
    is_asked = str(block.path[0]) in draft.source.compared
    return bool(block_name(block)) and not has_copy(block) and not is_asked


def missing_values(draft: EntryDraft, block: Node, otherwise: str) -> tuple[str, str]:
    """Return the message and the hint for a saved block without values in the file."""
    values = f"The values of the block `{block_type(block)}/{block_name(block)}` are"
    if str(block.path[0]) in draft.source.compared:
        return f"{values} neither in the file nor on the server.", f"{otherwise[:1].upper()}{otherwise[1:]}"
    return f"{values} only on the server.", f"Pass `--from-server=URL` to read them, or {otherwise}"


def note_successor(draft: EntryDraft, block: Node, successor: str) -> None:
    """Note that runs use another block in place of one whose type was removed."""
    detail, _ = missing_values(draft, block, "")
    hint = "Create it with the same values, or pass `--from-server=URL` to have them in the entry."
    draft.note(block, "block-not-here", f"{detail} The entry names the block `{successor}` instead.", hint)


def note_stale_copy(draft: EntryDraft, block: Node, what: str) -> None:
    """Note that the file's copy of a saved block, which *what* uses, may be outdated.

    If a server was read, its values are used, and the differences are known.
    """
    name, key = block_name(block), str(block.path[0])
    if not name or not has_copy(block) or draft.source.form in (Form.SERVER, Form.PREFECT_1):
        return
    title = f"{block_type(block)}/{name}"
    if key not in draft.source.compared:
        detail = (
            f"Prefect loaded the block `{title}` from the server. {what} the values of the copy in the file."
        )
        draft.note(block, "stale-block-copy", detail, "Compare them with the block on the server.")
    elif (differing := draft.source.compared[key]) is None:
        detail = f"The server has no block `{title}`. {what} the values of the copy in the file."
        draft.warn(block, "stale-block-copy", detail, "Check that the file is still in use.")
    elif differing:
        listed = ", ".join(f"`{each}`" for each in differing)
        detail = f"The copy of the block `{title}` in the file differs from the server in {listed}."
        draft.note(block, "stale-block-copy", f"{detail} {what} the values of the server.")
