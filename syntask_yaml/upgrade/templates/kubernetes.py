"""The manifest and the patches of a `kubernetes-job` block as a job manifest with variables.

As under an agent, the block's own fields are set in the manifest, then the patches are applied. The resulting
values at placeholders of the template become the defaults of its variables.
"""

from __future__ import annotations

import copy
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from syntask_yaml.upgrade.templates.lift import Lifted, Remark, holds_braces, lift, patched, settled

_POD = ("spec", "template", "spec")
_CONTAINER = (*_POD, "containers", 0)

# Workers refuse a manifest with other values, and so did agents before they applied patches.
_REQUIRED: Mapping[tuple[str | int, ...], Any] = {
    ("apiVersion",): "batch/v1",
    ("kind",): "Job",
    (*_POD, "parallelism"): 1,
    (*_POD, "completions"): 1,
    (*_POD, "restartPolicy"): "Never",
    (*_CONTAINER, "name"): "prefect-job",
}

# The default manifest of a block.
AGENT_MANIFEST: Mapping[str, Any] = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"labels": {}},
    "spec": {
        "template": {
            "spec": {
                "parallelism": 1,
                "completions": 1,
                "restartPolicy": "Never",
                "containers": [{"name": "prefect-job", "env": []}],
            }
        }
    },
}

# The paths at which an agent set the fields that are variables today.
_SHORTCUTS: Mapping[str, tuple[str | int, ...]] = {
    "namespace": ("metadata", "namespace"),
    "image": (*_CONTAINER, "image"),
    "image_pull_policy": (*_CONTAINER, "imagePullPolicy"),
    "service_account_name": (*_POD, "serviceAccountName"),
    "finished_job_ttl": ("spec", "ttlSecondsAfterFinished"),
}


def lift_kubernetes(
    fields: Mapping[str, Any], settings: Mapping[str, Any], template: Mapping[str, Any]
) -> Lifted:
    """Return the `job` and `customizations` of *fields* lifted into *template*, a `job_configuration`.

    *settings* are the block's other fields, as job variables.
    """
    manifest = _manifest(fields.get("job"))
    if manifest is None:
        detail = "`job` is not the manifest of a Kubernetes job."
        return Lifted(remarks=(Remark("job", "pool-template-needed", detail),))
    for variable, place in _SHORTCUTS.items():
        if settings.get(variable) is not None:
            _set(manifest, place, settings[variable])
    before = _env(_at(manifest, _CONTAINER))
    after, remarks = patched(manifest, fields.get("customizations"), "customizations")
    key = "customizations" if fields.get("customizations") else "job"
    if holds_braces([fields.get("job"), fields.get("customizations")]):
        detail = f"`{key}` contains `{{{{`, which is a placeholder in a base job template."
        remarks.append(Remark(key, "pool-template-needed", detail, "Check it in the template."))
    return _lifted(after, before, template, key, remarks)


def _lifted(
    manifest: Any, before: Mapping[str, Any], template: Mapping[str, Any], key: str, remarks: list[Remark]
) -> Lifted:
    container = _at(manifest, _CONTAINER)
    env = _env(settled(container))
    plain = {name: entry["value"] for name, entry in env.items() if "value" in entry}
    labels = settled(manifest["metadata"].pop("labels", {}))
    found: dict[str, Any] = {}
    command = container.pop("args", None)
    if isinstance(command, list):
        found["command"] = shlex.join(map(str, command))
    container["env"] = plain or None
    lifted = lift(template["job_manifest"], manifest, found)
    references = [entry for entry in env.values() if "value" not in entry]
    if references:
        _set(lifted, (*_CONTAINER, "env"), references)
    if labels:
        # Workers add `labels` to those of a manifest.
        _set(lifted, ("metadata", "labels"), labels)
    remarks += _require(lifted, key)
    changed = {name: entry.get("value") for name, entry in env.items() if before.get(name) != entry}
    return Lifted({"job_manifest": lifted}, found, changed, tuple(remarks))


def _manifest(job: Any) -> dict[str, Any] | None:
    """Return a copy of the manifest without values that an agent replaced; None without a container."""
    manifest = copy.deepcopy(job or AGENT_MANIFEST)
    if not isinstance(manifest, dict):
        return None
    try:
        metadata = manifest.setdefault("metadata", {})
        pod = manifest.setdefault("spec", {}).setdefault("template", {}).setdefault("spec", {})
        container = pod.setdefault("containers", [{}])[0]
        metadata.pop("generateName", None)
        container.pop("args", None)
        metadata["labels"] = dict(metadata.get("labels") or {})
        container["env"] = list(container.get("env") or [])
    except (AttributeError, TypeError, LookupError, ValueError):
        return None
    return manifest


def _require(manifest: Any, key: str) -> Iterator[Remark]:
    """Set the values that workers require in *manifest*, and yield a remark for each replaced value."""
    for place, value in _REQUIRED.items():
        found = _at(manifest, place[:-1]).get(place[-1])
        if found != value:
            _set(manifest, place, value)
            path = "/".join(map(str, place))
            detail = f"Workers require `{value}` at `/{path}`, which is in the template instead of `{found}`."
            yield Remark(key, "manifest-required", detail, "Check whether your job needs another value.")


def _env(container: Any) -> dict[str, Any]:
    """Return the entries of `env` by name; as in Kubernetes, the last one of a name wins."""
    entries = container.get("env")
    entries = entries if isinstance(entries, list) else []
    return {entry["name"]: entry for entry in entries if isinstance(entry, dict) and "name" in entry}


def _at(value: Any, place: tuple[str | int, ...]) -> Any:
    for step in place:
        value = value[step]
    return value


def _set(value: Any, place: tuple[str | int, ...], item: Any) -> None:
    _at(value, place[:-1])[place[-1]] = item
