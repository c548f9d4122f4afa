"""A real project file made deployable: its flows are stubs, and what needs the outside is left out.

Entries that cannot be deployed as they are, and steps that would run something, are left out of the
copy, so that what stays can be deployed by Prefect and by us from the same folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

# Pool types in a file are not known; every pool is made to be of this type.
POOL_TYPE = "process"
_ENVIRONMENT = re.compile(r"\{\{\s*\$(\w+)\s*\}\}")
_VARIABLE = re.compile(r"\{\{\s*prefect\.variables\.([\w-]+)\s*\}\}")
_BLOCK = re.compile(r"\{\{\s*prefect\.blocks\.")
_OUTPUT = re.compile(r"\{\{\s*(?!\$|prefect\.|ctx\.|event\.|flow_run\.|deployment\.)")
_NAME = re.compile(r"[\w -]+")


@dataclass
class StubProject:
    """What the copy needs: *pools*, *environ* and *variables*; *flows* are the names of its flows."""

    folder: Path
    deployments: int = 0
    pools: set[str] = field(default_factory=set)
    flows: set[str] = field(default_factory=set)
    environ: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)


def make_stub(file: Path, folder: Path) -> StubProject | None:
    """A deployable copy of the project *file* in *folder*; None if nothing in it can be deployed."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, ValueError):
        return None
    if not isinstance(content, dict) or not isinstance(content.get("deployments"), list):
        return None
    entries = [entry for entry in map(_entry, content["deployments"]) if entry is not None]
    if not entries:
        return None
    sections = {key: value for key in ("pull",) if _is_usable(value := content.get(key))}
    project = StubProject(folder, len(entries))
    digest = sha256(str(file).encode()).hexdigest()[:6]
    _write_flows(project, entries, digest)
    copy = {**sections, "deployments": entries}
    text = yaml.safe_dump(copy, sort_keys=False, allow_unicode=True)
    project.pools = {entry["work_pool"]["name"] for entry in entries}
    project.environ = {name: f"value-of-{name.lower()}" for name in _ENVIRONMENT.findall(text)}
    project.variables = {name: f"value-of-{name}" for name in _VARIABLE.findall(text)}
    (folder / "prefect.yaml").write_text(text, encoding="utf-8")
    return project


def _entry(entry: Any) -> dict[str, Any] | None:
    """The entry without build and push steps; None if it cannot be deployed on any server."""
    if not isinstance(entry, dict):
        return None
    kept = {key: value for key, value in entry.items() if key not in ("build", "push")}
    pool = kept.get("work_pool")
    name = pool.get("name") if isinstance(pool, dict) else None
    is_named = isinstance(name, str) and _NAME.fullmatch(name) and not name.startswith("prefect")
    if not is_named or _path(kept.get("entrypoint")) is None or not _is_text(kept.get("name")):
        return None
    if kept.get("schedule") is not None and kept.get("schedules") is not None:
        return None
    return kept if _is_usable({key: value for key, value in kept.items() if key != "pull"}) else None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value.strip() != "" and not re.search(r"[/%&<>]", value)


def _is_usable(value: Any) -> bool:
    """Whether no template in it needs a block or a step that is left out."""
    text = str(value)
    return value is not None and not _BLOCK.search(text) and not _OUTPUT.search(text)


def _path(entrypoint: Any) -> tuple[str, str] | None:
    """The file and the function that an entrypoint names, if a stub can be written for it."""
    if not isinstance(entrypoint, str) or _ENVIRONMENT.search(entrypoint):
        return None
    file, colon, function = entrypoint.rpartition(":")
    if not colon or not file.endswith(".py") or not function.isidentifier():
        return None
    parts = Path(file).parts
    is_inside = not Path(file).is_absolute() and ".." not in parts and "\\" not in file and ":" not in file
    return (file, function) if is_inside else None


def _write_flows(project: StubProject, entries: list[dict[str, Any]], digest: str) -> None:
    """A file for each that is named, with a flow for each function, with the parameters that are given."""
    found: dict[str, dict[str, set[str]]] = {}
    for entry in entries:
        path = _path(entry["entrypoint"])
        assert path is not None
        functions = found.setdefault(str(Path(path[0])), {})
        functions.setdefault(path[1], set()).update(_parameters(entry))
    for number, (file, functions) in enumerate(sorted(found.items())):
        target = project.folder / file
        target.parent.mkdir(parents=True, exist_ok=True)
        text = "from prefect import flow\n"
        for function, parameters in sorted(functions.items()):
            name = f"{function.replace('_', '-')}-{digest}-{number}"
            project.flows.add(name)
            text += _flow(name, function, parameters)
        target.write_text(text, encoding="utf-8")


def _flow(name: str, function: str, parameters: set[str]) -> str:
    given = ", ".join(f"{each}=None" for each in sorted(parameters))
    return f'\n\n@flow(name="{name}")\ndef {function}({given}):\n    """A stub."""\n'


def _parameters(entry: Mapping[str, Any]) -> Iterator[str]:
    yield from (name for name in entry.get("parameters") or {} if str(name).isidentifier())
    schedules = entry.get("schedules")
    for schedule in schedules if isinstance(schedules, list) else []:
        if isinstance(schedule, dict):
            yield from (name for name in schedule.get("parameters") or {} if str(name).isidentifier())
