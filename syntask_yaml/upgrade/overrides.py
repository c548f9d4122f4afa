"""Conversion of overrides, which the agent merged into its infrastructure block, to job variables."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.document.node import Node
from syntask_yaml.upgrade.draft import EntryDraft
from syntask_yaml.upgrade.infrastructure import Infrastructure, is_prefect_2
from syntask_yaml.upgrade.job_variables import (
    BY_NAME,
    OVERRIDES,
    BlockDraft,
    report_image,
    say_if_rounded,
    written,
)
from syntask_yaml.upgrade.secrets import unveiled


def convert_overrides(draft: EntryDraft, kind: Infrastructure, block: BlockDraft) -> None:
    """Merge the overrides into the fields of *block*; as with agents, `env` replaces the block's."""
    found = [node for key in OVERRIDES if (node := draft.source.get(key)) is not None]
    for overrides in found:
        if len(found) > 1:
            detail = (
                "`infra_overrides` and `job_variables` are the same field. Prefect rejects both together."
            )
            draft.note(overrides, "conflicting-keys", detail)
        draft.ledger.open(overrides)
        for node in overrides.children():
            _convert_override(draft, node, kind, block)


def _convert_override(draft: EntryDraft, node: Node, kind: Infrastructure, block: BlockDraft) -> None:
    first, *inner = _steps(str(node.path[-1]))
    variable = kind.variable(first)
    if first in kind.in_template:
        _own_pool(draft, node, (first, *inner), block)
    elif first == "image" and is_prefect_2(node.value):
        block.settings[first] = node.value
        report_image(draft, node)
    elif variable not in kind.variables:
        detail = f"Work pools of type `{kind.type}` have no job variable `{first}`. It is not carried."
        draft.report(node, "override-unknown", detail, did_you_mean(first, kind.variables))
    else:
        path, value = (variable, *inner), kind.value(first, node.value)
        draft.carry(node, f"work_pool.job_variables.{'.'.join(path)}")
        _replaces(draft, node, variable, inner, block.variables)
        _set(block.settings, path, value)
        _set(block.variables, path, written(draft, variable, value, inner))
        say_if_rounded(draft, node, first, value)


def _own_pool(draft: EntryDraft, node: Node, path: tuple[str, ...], block: BlockDraft) -> None:
    """Keep the override for the template of the deployment's own pool."""
    assert draft.pool is not None
    draft.pool = replace(draft.pool, owner=draft.source.name)
    changed = copy.deepcopy(block.in_template)
    _set(changed, path, unveiled(path[0], node.value))
    block.set_aside(path[0], node, changed[path[0]])
    detail = f"`{node.path[-1]}` is not a job variable. The deployment gets a work pool of its own."
    draft.note(node, "override-needs-own-pool", detail)


def _replaces(
    draft: EntryDraft, node: Node, variable: str, inner: list[str], variables: Mapping[str, Any]
) -> None:
    """Report that a whole `env` replaces the block's, since workers would merge it with a pool's template."""
    before = variables.get(variable)
    if variable == "env" and not inner and isinstance(before, dict) and isinstance(node.value, dict):
        lost = sorted(before.keys() - node.value.keys())
        if lost:
            names = ", ".join(f"`{name}`" for name in lost)
            detail = f"As with an agent, the override replaces the `env` of the block: {names} is not set."
            hint = "Do not set it in the base job template of the pool, because workers merge `env`."
            draft.note(node, "override-replaces-env", detail, hint)


def _steps(path: str) -> list[str]:
    """Split `a.b.c` into keys; names in `env` and `labels` may contain dots."""
    first, dot, rest = path.partition(".")
    if first in BY_NAME:
        return [first, rest] if dot else [first]
    return path.split(".")


def _set(values: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    *outer, last = path
    for key in outer:
        inner = values.get(key)
        values[key] = dict(inner) if isinstance(inner, dict) else {}
        values = values[key]
    values[last] = value
