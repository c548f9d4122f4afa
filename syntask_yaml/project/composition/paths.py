"""Convert paths of an included file to paths from the root of the project."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from posixpath import relpath
from typing import Any, TypeAlias

from syntask_yaml.document.node import Node
from syntask_yaml.model.builtin import builtin_of

# The inputs of built-in local steps that are paths. All but the first given one are relative to that one.
_INPUTS: Mapping[str, tuple[str, ...]] = {
    "build_docker_image": ("path", "dockerfile"),
    "pip_install_requirements": ("directory", "requirements_file"),
    "run_shell_script": ("directory",),
}
_NO_PATHS = frozenset({"auto"})

_Move: TypeAlias = Callable[[str], str]


def from_root(fields: Node, folder: PurePosixPath) -> Node:
    """Return the *fields* of a deployment or project in *folder* with paths relative to the root."""
    if not folder.parts:
        return fields
    return fields.with_value(_moved(fields.value, partial(_path, folder=folder)))


def from_folder(fields: Mapping[str, Any], folder: PurePosixPath) -> dict[str, Any]:
    """Return the *fields* of a deployment with paths relative to *folder* instead of the root."""
    return _moved(fields, partial(_path_from, folder=folder)) if folder.parts else dict(fields)


def _moved(fields: Mapping[str, Any], move: _Move) -> dict[str, Any]:
    value = dict(fields)
    if isinstance(value.get("entrypoint"), str):
        value["entrypoint"] = _entrypoint(value["entrypoint"], move)
    for section in ("build", "push", "build+", "push+"):
        if isinstance(value.get(section), (list, dict)):
            value[section] = _section(value[section], move)
    return value


def resources_from(resources: Node, folder: Path) -> Node:
    """Return the *resources* of an included file with the paths of job templates relative to its *folder*."""
    pools = resources.value.get("work_pools")
    if not isinstance(pools, dict):
        return resources
    placed = {name: _with_template(pool, folder) for name, pool in pools.items()}
    return resources.with_value({**resources.value, "work_pools": placed})


def _with_template(pool: Any, folder: Path) -> Any:
    path = pool.get("base_job_template") if isinstance(pool, dict) else None
    return {**pool, "base_job_template": str(folder / path)} if isinstance(path, str) else pool


def _entrypoint(text: str, move: _Move) -> str:
    """Return an entrypoint relative to another folder; that of a module is unchanged."""
    path = text.rpartition(":")[0] or text
    is_file = path.endswith(".py") or "/" in path
    return move(text) if is_file else text


def _path(text: str, folder: PurePosixPath) -> str:
    return text if text.startswith(("/", "~")) or text in _NO_PATHS else str(folder / text)


def _path_from(text: str, folder: PurePosixPath) -> str:
    return text if text.startswith(("/", "~")) or text in _NO_PATHS else relpath(text, folder)


def _section(steps: Any, move: _Move) -> Any:
    if isinstance(steps, list):
        return [_step(each, move) if isinstance(each, dict) else each for each in steps]
    return _step(steps, move)


def _step(step: Mapping[str, Any], move: _Move) -> dict[str, Any]:
    return {name: _with_paths(name, inputs, move) for name, inputs in step.items()}


def _with_paths(name: str, inputs: Any, move: _Move) -> Any:
    builtin = builtin_of(name)
    if builtin is None or not isinstance(inputs, dict):
        return inputs
    for key in _INPUTS.get(builtin.name, ()):
        if isinstance(inputs.get(key), str):
            return {**inputs, key: move(inputs[key])}
    return inputs
