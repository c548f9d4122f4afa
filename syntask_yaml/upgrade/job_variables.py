"""What an infrastructure block and its overrides said, as job variables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.document.node import Node
from syntask_yaml.model.secret import revealed
from syntask_yaml.upgrade.agent_deployment import is_empty
from syntask_yaml.upgrade.draft import EntryDraft
from syntask_yaml.upgrade.infrastructure import (
    INFRASTRUCTURE,
    Infrastructure,
    implied,
    is_engine,
    is_plain,
    is_prefect_2,
)

BOOKKEEPING = frozenset({"type", "block_type_slug"})
_OVERRIDES = ("infra_overrides", "job_variables")
_BY_NAME = ("env", "labels")
_TEMPLATE_HINT = (
    "Set it in the base job template of the pool. `syntask work-pool get-default-template --type {}` "
    "prints the default one, and `--base-job-template FILE` creates the pool with yours."
)


def convert_block(draft: EntryDraft, block: Node, kind: Infrastructure) -> dict[str, Any]:
    """The job variables for the fields of an infrastructure block; each field gets its fate."""
    variables: dict[str, Any] = {}
    draft.ledger.open(block)
    for child in block.children():
        _convert_field(draft, child, kind, variables)
    for field, of in kind.units.items():
        unit = block.get(field)
        if unit is not None and not is_empty(unit.value) and of in variables:
            variables[of] = f"{variables[of]}{unit.value}"
    added = implied(kind.type, variables)
    if added:
        detail = "Agents always pulled an image without a version. Workers pull it only if it is missing."
        draft.note(block, "default-differs", detail, "The entry sets `image_pull_policy: Always`.")
    return {**variables, **added}


def _convert_field(draft: EntryDraft, node: Node, kind: Infrastructure, variables: dict[str, Any]) -> None:
    key = str(node.path[-1])
    if key.startswith("_") or key in BOOKKEEPING:
        draft.drop(node, "internal to Prefect")
    elif is_empty(node.value) or (key == "command" and is_engine(node.value)) or is_plain(key, node.value):
        draft.drop(node, "same as without the field")
    elif key in kind.same and node.value == kind.same[key]:
        draft.drop(node, "the default of workers")
    elif key in kind.units:
        draft.carry(node, f"work_pool.job_variables.{kind.units[key]}")
    elif key in kind.differs:
        draft.report(node, "default-differs", kind.differs[key])
    else:
        _convert_value(draft, node, kind, variables)


def _convert_value(draft: EntryDraft, node: Node, kind: Infrastructure, variables: dict[str, Any]) -> None:
    key = str(node.path[-1])
    if key in kind.in_template:
        _to_template(draft, node, kind)
    elif key == "image" and _is_overridden(draft, key):
        draft.drop(node, "an override replaces it")
    elif key == "image" and is_prefect_2(node.value):
        detail = "The image contains Prefect 2 and cannot be used by workers of Prefect 3."
        hint = "The entry has no image, so the worker uses the one of its own version."
        draft.report(node, "image-of-prefect-2", detail, hint)
    elif (variable := kind.variable(key)) not in kind.variables:
        detail = f"Work pools of type `{kind.type}` have no job variable `{key}`. It is not carried."
        draft.report(node, "unknown-field", detail, did_you_mean(key, kind.variables))
    else:
        draft.carry(node, f"work_pool.job_variables.{variable}")
        variables[variable] = _written(draft, variable, kind.value(key, node.value))
        _say_if_rounded(draft, node, key, variables[variable])


def _is_overridden(draft: EntryDraft, key: str) -> bool:
    found = (draft.source.get(each) for each in _OVERRIDES)
    return any(isinstance(node.value, dict) and key in node.value for node in found if node)


def _say_if_rounded(draft: EntryDraft, node: Node, key: str, value: Any) -> None:
    if key == "maximum_run_time" and value * 3600 != node.value:
        detail = f"Workers count in hours: {node.value} seconds are rounded up to {value} hours."
        draft.note(node, "default-differs", detail)


def _to_template(draft: EntryDraft, node: Node, kind: Infrastructure) -> None:
    """What only a pool's template can say: the pool becomes one of its own."""
    assert draft.pool is not None
    key = str(node.path[-1])
    written = json.dumps({key: revealed(node.value)}, sort_keys=True, default=str)
    digest = hashlib.sha256((draft.pool.template + written).encode()).hexdigest()
    draft.pool = replace(draft.pool, template=digest)
    detail = f"`{key}` is not a job variable."
    draft.report(node, "pool-template-needed", detail, _TEMPLATE_HINT.format(kind.type))


def convert_overrides(draft: EntryDraft, kind: Infrastructure, variables: dict[str, Any]) -> None:
    """Put the overrides over *variables*, nested: as the agent did, a whole `env` takes the place of the
    block's."""
    found = [node for key in _OVERRIDES if (node := draft.source.get(key)) is not None]
    for overrides in found:
        if not isinstance(overrides.value, dict):
            draft.report(overrides, "wrong-type", f"`{overrides.path[-1]}` is not a mapping.")
            continue
        if len(found) > 1:
            detail = (
                "`infra_overrides` and `job_variables` are the same field. Prefect rejects both together."
            )
            draft.note(overrides, "conflicting-keys", detail)
        draft.ledger.open(overrides)
        for node in overrides.children():
            _convert_override(draft, node, kind, variables)


def _convert_override(draft: EntryDraft, node: Node, kind: Infrastructure, variables: dict[str, Any]) -> None:
    first, *inner = _steps(str(node.path[-1]))
    variable = kind.variable(first)
    if (variable in kind.in_template and not inner) or first in kind.in_template:
        _own_pool(draft, node, kind)
    elif first == "image" and is_prefect_2(node.value):
        detail = "The image contains Prefect 2 and cannot be used by workers of Prefect 3."
        hint = "The entry has no image, so the worker uses the one of its own version."
        draft.report(node, "image-of-prefect-2", detail, hint)
    elif variable not in kind.variables:
        detail = f"Work pools of type `{kind.type}` have no job variable `{first}`. It is not carried."
        draft.report(node, "override-unknown", detail, did_you_mean(first, kind.variables))
    else:
        draft.carry(node, f"work_pool.job_variables.{'.'.join((variable, *inner))}")
        _replaces(draft, node, variable, inner, variables)
        _set(variables, (variable, *inner), _written(draft, variable, kind.value(first, node.value), inner))


def _own_pool(draft: EntryDraft, node: Node, kind: Infrastructure) -> None:
    assert draft.pool is not None
    draft.pool = replace(draft.pool, owner=draft.source.name)
    detail = f"`{node.path[-1]}` is not a job variable. The deployment needs a work pool of its own."
    draft.report(node, "override-needs-own-pool", detail, _TEMPLATE_HINT.format(kind.type))


def _replaces(
    draft: EntryDraft, node: Node, variable: str, inner: list[str], variables: Mapping[str, Any]
) -> None:
    """Say that a whole `env` takes the place of the block's: a pool's template would be merged with it."""
    before = variables.get(variable)
    if variable == "env" and not inner and isinstance(before, dict) and isinstance(node.value, dict):
        lost = sorted(before.keys() - node.value.keys())
        if lost:
            names = ", ".join(f"`{name}`" for name in lost)
            detail = f"As with an agent, the override replaces the `env` of the block: {names} is not set."
            hint = "Do not set it in the base job template of the pool, because workers merge `env`."
            draft.note(node, "override-replaces-env", detail, hint)


def _steps(path: str) -> list[str]:
    """`a.b.c` as keys; the names in `env` and `labels` may hold dots themselves."""
    first, dot, rest = path.partition(".")
    if first in _BY_NAME:
        return [first, rest] if dot else [first]
    return path.split(".")


def _set(values: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    *outer, last = path
    for key in outer:
        inner = values.get(key)
        values[key] = dict(inner) if isinstance(inner, dict) else {}
        values = values[key]
    values[last] = value


def _written(draft: EntryDraft, variable: str, value: Any, inner: list[str] | None = None) -> Any:
    """A value as the entry holds it; in `env` and `labels`, numbers are text."""
    if variable not in _BY_NAME:
        return draft.literal(value, variable)
    if isinstance(value, dict) and not inner:
        return {key: draft.literal(_text(item), str(key)) for key, item in value.items()}
    return draft.literal(_text(value), inner[-1] if inner else variable)


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else value


def kind_of(slug: str) -> Infrastructure | None:
    """The row of a block type; None for one that has no work pool."""
    return INFRASTRUCTURE.get(slug)
