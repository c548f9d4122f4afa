"""Base job templates of pools, for fields of infrastructure blocks that no job variable can set."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from syntask_yaml.diagnostics import Severity
from syntask_yaml.upgrade.draft import EntryDraft
from syntask_yaml.upgrade.infrastructure import Infrastructure
from syntask_yaml.upgrade.job_variables import BlockDraft, written
from syntask_yaml.upgrade.templates.compose import compose
from syntask_yaml.upgrade.templates.credentials import find_credentials, is_credentials
from syntask_yaml.upgrade.templates.ecs import lift_ecs
from syntask_yaml.upgrade.templates.kubernetes import lift_kubernetes
from syntask_yaml.upgrade.templates.lift import Lifted, Remark, lift
from syntask_yaml.upgrade.templates.secret_values import without_secrets

_TARGET = "base job template of the work pool"
_NOT_LIFTED = "pool-template-needed"
_MERGED = frozenset({"env"})  # workers merge it with the entry's
_HINT = (
    "Set it in the base job template of the pool. `syntask work-pool get-default-template --type {}` "
    "prints the default one, and `--base-job-template FILE` creates the pool with yours."
)

_Lifter = Callable[[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]], Lifted]


def _lift_cloud_run(
    fields: Mapping[str, Any], _settings: Mapping[str, Any], template: Mapping[str, Any]
) -> Lifted:
    """Set the arguments of the container, for which the job body has no variable."""
    body: Any = {"containers": [{"args": fields["args"]}]}
    for key in ("spec", "template", "spec", "template", "spec"):
        body = {key: body}
    return Lifted({"job_body": lift(template["job_body"], body, {})})


_LIFTS: Mapping[str, _Lifter] = {"kubernetes": lift_kubernetes, "ecs": lift_ecs, "cloud-run": _lift_cloud_run}


def lift_template(draft: EntryDraft, kind: Infrastructure, block: BlockDraft) -> None:
    """Give the pool a template with the fields that need one; patches may change job variables of *block*."""
    base = draft.context.templates[kind.type]
    values: dict[str, Any] = {}
    manifests = {key: value for key, value in block.in_template.items() if not is_credentials(kind.type, key)}
    for key in block.in_template.keys() - manifests.keys():
        _settle_credentials(draft, kind, block, key, values)
    lifted = _lift(kind, manifests, block.settings, base["job_configuration"]) if manifests else Lifted()
    _settle(draft, kind, block, manifests, lifted.remarks)
    values |= _defaults(draft, block, lifted)
    configuration, values = _hidden(draft, block, dict(lifted.configuration), values)
    block.settings |= values
    template = compose(base, configuration, values)
    if values or template["job_configuration"] != base["job_configuration"]:
        assert draft.pool is not None
        draft.pool = replace(draft.pool, template=json.dumps(template, indent=2))


def _lift(
    kind: Infrastructure,
    manifests: Mapping[str, Any],
    settings: Mapping[str, Any],
    template: Mapping[str, Any],
) -> Lifted:
    try:
        return _LIFTS[kind.type](manifests, settings, template)
    except (LookupError, TypeError, ValueError, AttributeError):
        detail = "`{}` has another structure than that of a Prefect 2 block."
        return Lifted(remarks=tuple(Remark(key, _NOT_LIFTED, detail.format(key)) for key in manifests))


def _settle(
    draft: EntryDraft,
    kind: Infrastructure,
    block: BlockDraft,
    keys: Iterable[str],
    remarks: Iterable[Remark],
) -> None:
    """Record the outcomes of the fields *keys*; those that the remarks exclude are reported."""
    by_key: dict[str, list[Remark]] = {}
    for remark in remarks:
        by_key.setdefault(remark.key, []).append(remark)
    for key in keys:
        of_key = by_key.get(key, [])
        failed = next((each for each in of_key if each.code == _NOT_LIFTED), None)
        for node in block.nodes[key]:
            if failed:
                draft.report(node, failed.code, failed.detail, failed.hint or _HINT.format(kind.type))
            else:
                draft.carry(node, _TARGET)
        for remark in of_key:
            say = draft.note if remark.severity is Severity.NOTE else draft.warn
            if remark is not failed:
                say(block.nodes[key][0], remark.code, remark.detail, remark.hint)


def _defaults(draft: EntryDraft, block: BlockDraft, lifted: Lifted) -> dict[str, Any]:
    """Return the defaults of variables that the block's own fields do not set."""
    values: dict[str, Any] = {}
    for name, value in lifted.values.items():
        if name in _MERGED or name not in block.settings:
            values[name] = value
        elif value != block.settings[name]:
            block.settings[name] = value
            block.variables[name] = draft.literal(value, name)
    env = block.variables.get("env")
    if isinstance(env, dict):
        changed = {name: value for name, value in lifted.patched.items() if name in env}
        block.variables["env"] = {**env, **written(draft, "env", changed)}
    return values


def _hidden(
    draft: EntryDraft, block: BlockDraft, configuration: dict[str, Any], values: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return both values with references to blocks in place of secrets."""
    names: list[str] = []

    def refer(name: str) -> str:
        names.append(name)
        return draft.template_reference("secret", name)

    hidden = without_secrets(configuration, refer), without_secrets(values, refer)
    if names:
        node = next(iter(block.nodes.values()))[0]
        listed = ", ".join(f"`{name}`" for name in dict.fromkeys(names))
        detail = f"`{node.path[-1]}` contains secrets in plain text, which are not carried: {listed}."
        hint = "Revoke them, because anybody could read them, and create the blocks with new ones."
        draft.warn(node, "secret-in-file", detail, hint)
    return hidden


def _settle_credentials(
    draft: EntryDraft, kind: Infrastructure, block: BlockDraft, key: str, values: dict[str, Any]
) -> None:
    """Add a reference to a block, by type and name, as the default of a variable."""
    found = find_credentials(kind.type, key, block.in_template[key])
    if found is None:
        detail = f"`{key}` does not say which block it refers to."
        remarks = [Remark(key, _NOT_LIFTED, detail)]
        return _settle(draft, kind, block, [key], remarks)
    if found.is_ambient:
        for node in block.nodes[key]:
            draft.drop(node, "the credentials of the worker's machine, as without the field")
        return None
    assert draft.pool is not None
    owner = draft.pool.block or draft.source.name
    values[found.variable] = found.value or draft.template_reference(
        found.type, found.name or f"{owner}-{key}"
    )
    return _settle(draft, kind, block, [key], ())
