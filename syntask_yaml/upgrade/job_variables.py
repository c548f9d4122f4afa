"""Conversion of an infrastructure block to job variables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.document.node import Node
from syntask_yaml.upgrade.agent_deployment import is_empty
from syntask_yaml.upgrade.blocks import is_bookkeeping
from syntask_yaml.upgrade.draft import EntryDraft
from syntask_yaml.upgrade.infrastructure import (
    IMPLIED,
    INFRASTRUCTURE,
    Infrastructure,
    is_engine,
    is_plain,
    is_prefect_2,
)
from syntask_yaml.upgrade.secrets import unveiled

OVERRIDES = ("infra_overrides", "job_variables")
BY_NAME = ("env", "labels")


@dataclass
class BlockDraft:
    """An infrastructure block under conversion to job variables and a base job template.

    *variables* are job variables as the entry holds them. *settings* are the original values of these and of
    those that are omitted because they are the defaults of workers. *in_template* are values that only a
    template can hold, by field, and *nodes* are their nodes.
    """

    variables: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    in_template: dict[str, Any] = field(default_factory=dict)
    nodes: dict[str, list[Node]] = field(default_factory=dict)

    def set_aside(self, key: str, node: Node, value: Any) -> None:
        """Keep the *value* of the field *key* for the template."""
        self.in_template[key] = value
        self.nodes.setdefault(key, []).append(node)


def convert_block(draft: EntryDraft, block: Node, kind: Infrastructure) -> BlockDraft:
    """Convert the fields of an infrastructure block, except those that need a template."""
    converted = BlockDraft()
    for child in block.children():
        _convert_field(draft, child, kind, converted)
    variables = converted.variables
    for unit_field, of in kind.units.items():
        unit = block.get(unit_field)
        if unit is not None and not is_empty(unit.value) and of in variables:
            variables[of] = f"{variables[of]}{unit.value}"
    return converted


def add_implied(draft: EntryDraft, block: Node, kind: Infrastructure, converted: BlockDraft) -> None:
    """Add the block's defaults that differ from those of workers."""
    for variable, find_value, detail in IMPLIED.get(kind.type, ()):
        value = None if variable in converted.settings else find_value(converted.settings)
        if value is not None:
            converted.settings[variable] = converted.variables[variable] = value
            draft.note(block, "default-differs", detail)


def note_retries(draft: EntryDraft, block: Node, kind: Infrastructure, converted: BlockDraft) -> None:
    """Note that Kubernetes retried failed jobs of agents, unless the manifest sets the number."""
    job = converted.in_template.get("job")
    spec = job.get("spec") if isinstance(job, dict) else None
    if kind.type == "kubernetes" and not (isinstance(spec, dict) and "backoffLimit" in spec):
        detail = "Kubernetes retried failed jobs of agents up to 6 times. It does not retry those of workers."
        hint = "Set `retries` of the flow, or `backoffLimit` in the base job template of the pool."
        draft.note(block, "default-differs", detail, hint)


def _convert_field(draft: EntryDraft, node: Node, kind: Infrastructure, converted: BlockDraft) -> None:
    key = str(node.path[-1])
    if is_bookkeeping(key):
        draft.drop(node, "internal to Prefect")
    elif is_empty(node.value) or (key == "command" and is_engine(node.value)) or is_plain(key, node.value):
        draft.drop(node, "same as without the field")
    elif key in kind.same and node.value == kind.same[key]:
        draft.drop(node, "the default of workers")
        converted.settings[key] = node.value
    elif key in kind.units:
        draft.carry(node, f"work_pool.job_variables.{kind.units[key]}")
    elif key in kind.differs:
        draft.report(node, "default-differs", kind.differs[key])
    else:
        _convert_value(draft, node, kind, converted)


def _convert_value(draft: EntryDraft, node: Node, kind: Infrastructure, converted: BlockDraft) -> None:
    key = str(node.path[-1])
    if key in kind.in_template:
        converted.set_aside(key, node, unveiled(key, node.value))
    elif key == "image" and _is_overridden(draft, key):
        draft.drop(node, "an override replaces it")
    elif key == "image" and is_prefect_2(node.value):
        converted.settings[key] = node.value
        report_image(draft, node)
    elif (variable := kind.variable(key)) not in kind.variables:
        detail = f"Work pools of type `{kind.type}` have no job variable `{key}`. It is not carried."
        draft.report_unknown(node, detail, did_you_mean(key, kind.variables))
    else:
        value = kind.value(key, node.value)
        draft.carry(node, f"work_pool.job_variables.{variable}")
        converted.settings[variable] = value
        converted.variables[variable] = written(draft, variable, value)
        say_if_rounded(draft, node, key, converted.variables[variable])


def report_image(draft: EntryDraft, node: Node) -> None:
    """Report an image that current workers cannot use."""
    detail = "The image contains Prefect 2 and cannot be used by workers of Prefect 3."
    hint = "Without an image, the worker uses the one of its own version."
    draft.report(node, "image-of-prefect-2", detail, hint)


def _is_overridden(draft: EntryDraft, key: str) -> bool:
    found = (draft.source.get(each) for each in OVERRIDES)
    return any(isinstance(node.value, dict) and key in node.value for node in found if node)


def say_if_rounded(draft: EntryDraft, node: Node, key: str, value: Any) -> None:
    """Note a duration that workers can only count in whole hours."""
    if key == "maximum_run_time" and isinstance(value, int) and value * 3600 != node.value:
        detail = f"Workers count in hours: {node.value} seconds are rounded up to {value} hours."
        draft.note(node, "default-differs", detail)


def written(draft: EntryDraft, variable: str, value: Any, inner: list[str] | None = None) -> Any:
    """Return a value as the entry holds it; numbers in `env` and `labels` become strings."""
    if variable not in BY_NAME:
        return draft.literal(value, variable)
    if isinstance(value, dict) and not inner:
        return {key: draft.literal(_text(item), str(key)) for key, item in value.items()}
    return draft.literal(_text(value), inner[-1] if inner else variable)


def _text(value: Any) -> Any:
    """Return a number as the string that agents passed on; booleans became `True` and `False`."""
    return str(value) if isinstance(value, (int, float)) else value


def kind_of(slug: str) -> Infrastructure | None:
    """Return the row of a block type; None if the type has no work pool."""
    return INFRASTRUCTURE.get(slug)
