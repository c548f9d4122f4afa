"""The table of a Prefect 2 deployment's fields and their conversions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from syntask_yaml.model.secret import holds_secret
from syntask_yaml.project.sections import SECTIONS
from syntask_yaml.upgrade.agent_deployment import Form, is_empty
from syntask_yaml.upgrade.code import convert_code
from syntask_yaml.upgrade.draft import EntryDraft
from syntask_yaml.upgrade.pools import convert_pool
from syntask_yaml.upgrade.rows import Convert, carried, dropped
from syntask_yaml.upgrade.schedules import convert_schedules
from syntask_yaml.upgrade.script_fields import SCRIPT_FIELDS

# The default version of `deployment build`: the MD5 of the flow's file.
_DIGEST = re.compile(r"[0-9a-f]{32}")


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _name(draft: EntryDraft) -> None:
    node = draft.source.get("name")
    if node is not None:
        draft.carry(node, "name")
        draft.put("name", draft.literal(_as_text(node.value)))


def _flow_name(draft: EntryDraft) -> None:
    """Drop the flow name if the source declares it; otherwise keep it."""
    node = draft.source.get("flow_name")
    if node is None:
        return
    draft.flow_name = str(node.value)
    is_own = draft.source.form is Form.PREFECT_1 and not draft.source.names_flow
    if is_own or (draft.flow is not None and draft.flow.name == node.value):
        draft.drop(node, "read from the flow's source")
        return
    draft.carry(node, "flow_name")
    draft.put("flow_name", draft.literal(draft.flow_name))
    if draft.flow is not None:
        detail = f"The flow is named `{draft.flow.name}` in its source code and `{node.value}` in the file."
        hint = f"A deploy creates `{draft.flow.name}/{draft.source.name}`. Delete the old deployment."
        draft.warn(node, "flow-renamed", detail, hint)


def _description(draft: EntryDraft) -> None:
    node = draft.source.get("description")
    if node is None:
        return
    if draft.flow is not None and str(node.value).strip() == (draft.flow.description or "").strip():
        draft.drop(node, "read from the flow's docstring")
    else:
        draft.carry(node, "description")
        draft.put("description", draft.literal(node.value))


def _version(draft: EntryDraft) -> None:
    node = draft.source.get("version")
    if node is None:
        return
    if _DIGEST.fullmatch(str(node.value)):
        draft.drop(node, "the hash of the flow's file, which would become stale")
    else:
        draft.carry(node, "version")
        draft.put("version", draft.literal(_as_text(node.value)))


def _parameters(draft: EntryDraft) -> None:
    node = draft.source.get("parameters")
    if node is None:
        return
    draft.ledger.open(node)
    values: dict[str, Any] = {}
    for child in node.children():
        if holds_secret(child.value):
            detail = f"The parameter `{child.path[-1]}` contains a secret in plain text. It is not carried."
            draft.report(child, "secret-in-file", detail, "Load a block of type `secret` in the flow.")
        else:
            draft.carry(child, "parameters")
            values[str(child.path[-1])] = draft.literal(child.value)
    if values:
        draft.put("parameters", values)


def _enforced(draft: EntryDraft) -> None:
    node = draft.source.root.get("enforce_parameter_schema")
    if node is not None and not is_empty(node.value):
        draft.carry(node, "enforce_parameter_schema")
        draft.put("enforce_parameter_schema", node.value)
    elif draft.source.form not in (Form.PROJECT, Form.PREFECT_1):
        detail = "Runs with parameters that do not match the flow's signature are rejected now."
        hint = "Set `enforce_parameter_schema: false` to accept them, as Prefect 2 did."
        draft.note(draft.source.root, "default-differs", detail, hint)


def _section(key: str) -> Convert:
    """Convert the steps of an entry; unlike a missing section, an empty one disables the project's."""

    def convert(draft: EntryDraft) -> None:
        node = draft.source.root.get(key)
        if node is not None:
            draft.carry(node, key)
            draft.put(key, draft.literal(node.value))

    return convert


def _steps_of_server(draft: EntryDraft) -> None:
    """Convert the pull steps, whose templates a server stores unescaped."""
    node = draft.source.get("pull_steps")
    if node is not None:
        draft.carry(node, "pull")
        draft.put("pull", node.value)


# Each row: the fields, in Prefect 2's terms, and their conversion. Later rows use the pool and the flow that
# earlier rows find.
FIELDS: tuple[tuple[tuple[str, ...], Convert], ...] = (
    (("name",), _name),
    (
        (
            *("infrastructure", "infra_overrides", "job_variables"),
            *("work_pool", "work_pool_name", "work_queue_name"),
        ),
        convert_pool,
    ),
    (("entrypoint", "path", "manifest_path", "storage"), convert_code),
    (("flow_name",), _flow_name),
    (("description",), _description),
    (("version",), _version),
    (("tags",), carried("tags")),
    (("parameters",), _parameters),
    (("schedule", "schedules", "is_schedule_active"), convert_schedules),
    (("triggers",), carried("triggers")),
    (("enforce_parameter_schema",), _enforced),
    (("parameter_openapi_schema",), dropped("parameter_openapi_schema", "read from the flow's signature")),
    (("timestamp",), dropped("timestamp", "when the file was written")),
)

# Keys of current entries that a list of deployments may have too.
PROJECT_FIELDS: tuple[tuple[tuple[str, ...], Convert], ...] = (
    (("paused",), carried("paused")),
    (("concurrency_limit",), carried("concurrency_limit")),
    *(((key,), _section(key)) for key in SECTIONS),
)

# Fields of a server that files lack.
SERVER_FIELDS: tuple[tuple[tuple[str, ...], Convert], ...] = (
    (("pull_steps",), _steps_of_server),
    (("paused",), carried("paused")),
    (("concurrency_limit",), carried("concurrency_limit")),
)

# The rows for forms other than an agent's file.
MORE_FIELDS: Mapping[Form, tuple[tuple[tuple[str, ...], Convert], ...]] = {
    Form.PROJECT: PROJECT_FIELDS,
    Form.SCRIPT: SCRIPT_FIELDS,
    Form.SERVER: SERVER_FIELDS,
}
