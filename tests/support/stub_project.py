"""A real project file made deployable: its flows and its build and push steps are stubs.

A stub of a step puts out what the real one would under the same names, and does nothing else. Entries that
cannot be deployed all the same are left out of the copy, so that what stays can be deployed by Prefect and
by us from the same folder.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

# Pool types in a file are not known; every pool is made to be of this type.
POOL_TYPE = "process"
_ENVIRONMENT = re.compile(r"\{\{\s*\$(\w+)\s*\}\}")
_VARIABLE = re.compile(r"\{\{\s*prefect\.variables\.([\w-]+)\s*\}\}")
_TEMPLATE = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)
_ELSEWHERE = ("$", "prefect.variables.", "ctx.", "event.", "flow_run.", "deployment.")
_NAME = re.compile(r"[\w -]+")

# What steps put out, by the last part of their names.
_IMAGE = ("image", "image_name", "tag", "additional_tags")
_OUTPUTS: Mapping[str, tuple[str, ...]] = {
    "build_docker_image": (*_IMAGE, "image_id"),
    "push_docker_image": _IMAGE,
    "run_shell_script": ("stdout", "stderr"),
    "git_clone": ("directory",),
    "set_working_directory": ("directory",),
    "push_to_s3": ("bucket", "folder"),
    "push_to_gcs": ("bucket", "folder"),
    "push_to_azure_blob_storage": ("container", "folder"),
}
_STEPS = """
def put_out(names, of):
    return {name: f"{name}-of-{of}" for name in names}
"""


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
    sections = {key: _stubs(content[key]) for key in ("build", "push") if key in content}
    entries = [entry for each in content["deployments"] if (entry := _entry(each, sections)) is not None]
    if not entries:
        return None
    if content.get("pull") is not None:
        sections["pull"] = content["pull"]
    project = StubProject(folder, len(entries))
    digest = sha256(str(file).encode()).hexdigest()[:6]
    _write_flows(project, entries, digest)
    copy = {**sections, "deployments": entries}
    text = yaml.safe_dump(copy, sort_keys=False, allow_unicode=True)
    project.pools = {entry["work_pool"]["name"] for entry in entries}
    project.environ = {name: f"value-of-{name.lower()}" for name in _ENVIRONMENT.findall(text)}
    project.variables = {name: f"value-of-{name}" for name in _VARIABLE.findall(text)}
    (folder / "prefect.yaml").write_text(text, encoding="utf-8")
    (folder / "stub_steps.py").write_text(_STEPS, encoding="utf-8")
    return project


def _stubs(steps: Any) -> Any:
    """Steps that put out what *steps* do; what is no list of steps stays what it is."""
    if not isinstance(steps, list):
        return steps
    return [_stub(name, inputs) for step in steps if isinstance(step, dict) for name, inputs in step.items()]


def _stub(name: str, inputs: Any) -> dict[str, Any]:
    own = inputs.get("id") if isinstance(inputs, dict) else None
    last = str(name).rpartition(".")[2]
    stub = {"names": list(_OUTPUTS.get(last, ())), "of": own or last}
    return {"stub_steps.put_out": {"id": own, **stub} if own else stub}


def _known(entry: Mapping[str, Any], sections: Mapping[str, Any]) -> set[str]:
    """What templates of the entry may name of its steps."""
    found: set[str] = set()
    for section in ("build", "push"):
        for step in entry.get(section, sections.get(section)) or ():
            for inputs in step.values():
                found |= set(inputs["names"])
                found |= {f"{inputs['id']}.{name}" for name in inputs["names"] if "id" in inputs}
    return found


def _entry(entry: Any, sections: Mapping[str, Any]) -> dict[str, Any] | None:
    """The entry with stubs for build and push steps; None if it cannot be deployed on any server."""
    if not isinstance(entry, dict):
        return None
    kept = {key: _stubs(value) if key in ("build", "push") else value for key, value in entry.items()}
    pool = kept.get("work_pool")
    name = pool.get("name") if isinstance(pool, dict) else None
    is_named = isinstance(name, str) and _NAME.fullmatch(name) and not name.startswith("prefect")
    if not is_named or _path(kept.get("entrypoint")) is None or not _is_text(kept.get("name")):
        return None
    if kept.get("schedule") is not None and kept.get("schedules") is not None:
        return None
    known = _known(kept, sections)
    return kept if _is_usable({key: value for key, value in kept.items() if key != "pull"}, known) else None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value.strip() != "" and not re.search(r"[/%&<>]", value)


def _is_usable(value: Any, known: Collection[str]) -> bool:
    """Whether every name in a template is one that servers and steps know."""
    names = _TEMPLATE.findall(str(value))
    return all(name.startswith(_ELSEWHERE) or name in known for name in names)


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
