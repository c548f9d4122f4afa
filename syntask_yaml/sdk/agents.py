"""Support scripts of Prefect 2 with the conversion of `syntask upgrade`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from syntask._backend.blocks import Block
from syntask_yaml import api
from syntask_yaml.backend.base import Backend
from syntask_yaml.cli.views.diagnostics import show
from syntask_yaml.cli.views.output import say
from syntask_yaml.document.node import Node
from syntask_yaml.errors import UsageError
from syntask_yaml.project.agent_files import upgrade_command
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.flows import FlowReader
from syntask_yaml.sdk.blocks import block_value
from syntask_yaml.sdk.caller import Caller, find_caller, refuse_while_loading
from syntask_yaml.sdk.deploying import Group, every, write
from syntask_yaml.sdk.entries import schedules_of
from syntask_yaml.sdk.sources import FlowCode, entrypoint_of
from syntask_yaml.sdk.storage_blocks import say_needs
from syntask_yaml.sdk.values import json_of
from syntask_yaml.upgrade.agent_deployment import AgentDeployment, Form
from syntask_yaml.upgrade.convert import convert
from syntask_yaml.upgrade.draft import ConversionContext, Converted
from syntask_yaml.upgrade.pool_names import name_pools
from syntask_yaml.upgrade.secrets import hide_values
from syntask_yaml.upgrade.storages import LOCAL

# Said of files and scripts, and nothing to do about in a call that deploys.
_OF_FILES = frozenset({"never-applied", "server-values", "agent-file-no-infrastructure", "default-differs"})
_BLOCKS = ("infrastructure", "storage")


def apply_agent_deployment(fields: Mapping[str, Any]) -> UUID:
    """Deploy the *fields* of a `Deployment`, and return its id. Raises UsageError, ProjectInvalid …"""
    refuse_while_loading("Deployment.apply")
    if not fields.get("name") or fields.get("flow") is None:
        raise UsageError("A deployment requires `flow` and `name`.", hint="Use `build_from_flow`.")
    caller = find_caller()
    with api.open_backend() as backend:
        source = _agent_deployment(fields, caller, backend)
        here = Path.cwd()
        converted = convert(source, ConversionContext(here, Dialect.SYNTASK, FlowReader(here)))
        show(each for each in converted.problems if each.code not in _OF_FILES)
        entry = _entry(converted, backend)
        say_needs([each for each in converted.blocks if each.type != LOCAL], backend)
        project = api.declare([entry], source=caller.source, at=caller.at)
        command = upgrade_command(caller.source.name)
        say(f"note: `Deployment` is of Prefect 2. `{command}` shows how to write it today.")
        (result,) = write([Group(_code(entry, here), project, (0,))], backend, is_said=every)
    return UUID(result.id)


def _agent_deployment(fields: Mapping[str, Any], caller: Caller, backend: Backend) -> AgentDeployment:
    """Return the deployment as the file of an agent would have it."""
    given = {key: value for key, value in fields.items() if key not in ("flow", *_BLOCKS)}
    flow = fields["flow"]
    resolved = entrypoint_of(flow)
    values = {key: json_of(value) for key, value in given.items() if not key.startswith("schedule")}
    values.setdefault("entrypoint", resolved)
    values.setdefault("flow_name", getattr(flow, "name", None) or flow.__name__.replace("_", "-"))
    if schedules := schedules_of({key: fields.get(key) for key in ("schedule", "schedules")}):
        values["schedules"] = [{"schedule": each, "active": each.pop("active", True)} for each in schedules]
    values["infrastructure"] = {"_block_type_slug": "process"}
    values |= {key: _block(fields[key], backend) for key in _BLOCKS if fields.get(key) is not None}
    hidden, secrets = hide_values(Node(values, caller.source, caller.at))
    root = Node(hidden, caller.source, caller.at)
    compared = dict.fromkeys(_BLOCKS, ())  # blocks were read from the backend, and are up to date
    return AgentDeployment(root, Path.cwd(), Form.SCRIPT, secrets, compared=compared, resolved=resolved)


def _block(block: Any, backend: Backend) -> dict[str, Any]:
    if not isinstance(block, Block):
        detail = f"A {type(block).__name__} is no block."
        raise UsageError(detail, hint="Pass one of `syntask.infrastructure` or `syntask.filesystems`.")
    return block_value(block, backend)


def _entry(converted: Converted, backend: Backend) -> dict[str, Any]:
    """Return the entry with the name of its work pool.

    Nothing is copied to a folder that only the call names: the backend has no block that a step could use.
    """
    entry = dict(converted.entry)
    folders = [each.name for each in converted.blocks if each.type == LOCAL]
    if any(backend.block(LOCAL, each, with_secrets=False) is None for each in folders):
        del entry["push"]
    if converted.pool is not None:
        name = name_pools([converted.pool])[converted.pool]
        entry["work_pool"] = {"name": name, **entry.get("work_pool", {})}
    return entry


def _code(entry: Mapping[str, Any], here: Path) -> FlowCode:
    """Return where the flow is read: here if the file is here, or else where runs pull it from."""
    is_here = (here / str(entry["entrypoint"]).partition(":")[0]).is_file()
    return FlowCode(here, None if is_here else tuple(entry.get("pull") or ()))
