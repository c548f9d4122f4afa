"""The same project deployed by Prefect to one server and by us to another, and what then differs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.prefect_server import PrefectServer

_SCRIPTS = Path(sys.executable).parent

# Ids and times, and what is counted while runs come and go.
_OWN = frozenset(
    "id created updated flow_id work_queue_id last_polled created_by updated_by status deployment_id "
    "active_slots version_id model_id trigger_id owner_resource actor_id".split()
)

# What a project declares, in which an id is no server's.
_DECLARED = frozenset({"parameters", "parameter_openapi_schema", "job_variables", "pull_steps"})


def deploy_theirs(
    server: PrefectServer, folder: Path, environ: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """`prefect deploy --all` in *folder*, by the Prefect of the server's version."""
    argv = [server.python, "-m", "prefect", "--no-prompt", "deploy", "--all"]
    return _run(argv, folder, {**server.client_environ, **environ})


def deploy_ours(
    server: PrefectServer, folder: Path, environ: Mapping[str, str], *options: str
) -> subprocess.CompletedProcess[str]:
    """`syntask deploy --all` in *folder*, with *options*."""
    argv = [str(_SCRIPTS / "syntask"), "deploy", "--all", *options]
    return _run(argv, folder, {**server.client_environ, "SYNTASK_HOME": str(server.home), **environ})


def _run(argv: list[str], folder: Path, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        argv,
        cwd=folder,
        env={**environ, "NO_COLOR": "1", "CI": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )


def deployed(server: PrefectServer, flows: Collection[str] | None = None) -> dict[str, dict[str, Any]]:
    """Everything that the server has of the deployments of *flows*, by `flow/name`."""
    names = {each["id"]: each["name"] for each in server.every("flows")}
    automations = server.every("automations")
    found = {}
    for one in server.every("deployments"):
        flow = names[one["flow_id"]]
        if flows is None or flow in flows:
            owned = [each for each in automations if one["id"] in str(each["actions"])]
            whole = json.loads(json.dumps({**one, "automations": owned}).replace(one["id"], "<id>"))
            found[f"{flow}/{one['name']}"] = _comparable(whole)
    return dict(sorted(found.items()))


def _comparable(one: Mapping[str, Any]) -> dict[str, Any]:
    """A deployment without what is a server's own, with its schedules and automations in one order."""
    own = {key: value if key in _DECLARED else _stripped(value) for key, value in one.items()}
    del own["labels"]["prefect.flow.id"]
    ordered = {key: sorted(own[key], key=str) for key in ("schedules", "automations", "tags")}
    return {key: value for key, value in {**own, **ordered}.items() if key not in _OWN}


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _stripped(item) for key, item in value.items() if key not in _OWN}
    return [_stripped(item) for item in value] if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two deployments differ, and what stands there."""

    path: tuple[Any, ...]
    theirs: Any
    ours: Any


def differences(theirs: Any, ours: Any, path: tuple[Any, ...] = ()) -> Iterator[Difference]:
    """Everything in which two values differ."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for key in sorted(theirs.keys() | ours.keys()):
            yield from differences(theirs.get(key), ours.get(key), (*path, key))
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        for index, (one, other) in enumerate(zip(theirs, ours, strict=True)):
            yield from differences(one, other, (*path, index))
    elif theirs != ours:
        yield Difference(path, theirs, ours)
