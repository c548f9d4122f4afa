"""Create a project file in a repository that has none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent
from typing import Any

from syntask_yaml.assets import asset
from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.document.writer import to_scalar, to_yaml
from syntask_yaml.errors import FileFailed, UsageError
from syntask_yaml.files import printable, write_atomically
from syntask_yaml.operations.flows import list_flows
from syntask_yaml.project.flows import Flow
from syntask_yaml.project.repository import GitRemote, find_remote

FILE_NAME = "syntask.yaml"
SCHEMA_NAME = ".syntask.schema.json"
MODELINE = f"# yaml-language-server: $schema={SCHEMA_NAME}"
# The beginning of a generated project file.
_HEAD = f"""{MODELINE}
#
# The deployments of this project. `syntask validate` checks them, `syntask plan` shows
# changes, `syntask deploy --all` deploys them. `syntask schema` prints all keys.
"""
_MARK = re.compile(r"@(\w+)@")
_MAX_ENTRIES = 30
# Characters that the name of a deployment must not contain.
_UNFIT = re.compile(r"[/%&<>]")

_IGNORED = """\
# Files that are not copied to storage; patterns as in .gitignore.
.*
__pycache__/
*.py[co]
*.egg-info/
build/
dist/
venv/
node_modules/
"""


@dataclass(frozen=True, slots=True)
class Recipe:
    """A way in which runs obtain the code. *fields* are its required values, with their questions."""

    name: str
    about: str
    fields: Mapping[str, str]
    job_variables: Mapping[str, Any]


def recipes() -> dict[str, Recipe]:
    """Return the recipes by name."""
    found = {}
    for folder in sorted(asset("templates").iterdir()):
        content = json.loads((folder / "recipe.json").read_text(encoding="utf-8"))
        found[folder.name] = Recipe(
            folder.name, content["about"], content["fields"], content["job_variables"]
        )
    return found


def find_recipe(name: str) -> Recipe:
    """Return the recipe *name*. Raises UsageError."""
    known = recipes()
    if name not in known:
        hint = did_you_mean(name, known, otherwise=f"Available recipes: {', '.join(known)}.")
        raise UsageError(f"The recipe `{name}` does not exist.", hint=hint)
    return known[name]


def suggest_recipe(directory: Path) -> str:
    """Return the recipe for *directory*, depending on whether it has a git remote and a Dockerfile."""
    docker = "docker" if (directory / "Dockerfile").exists() else ""
    git = "git" if find_remote(directory) else ""
    return "-".join(filter(None, (docker, git))) or "local"


def init_project(
    directory: Path,
    recipe: Recipe,
    fields: Mapping[str, str],
    *,
    name: str | None = None,
    schedules: Sequence[Mapping[str, Any]] = (),
) -> Path:
    """Write the project file of *recipe* to *directory*, with the schema for editors. Return its path.

    Each flow found gets an entry with *schedules*. Raises UsageError for missing or unknown fields,
    FileFailed if there is a project file already.
    """
    path = check_free(directory)
    check_fields(recipe, fields)
    template = asset(f"templates/{recipe.name}/syntask.yaml").read_text(encoding="utf-8")
    values = _values(directory, name or printable(directory.name), fields)
    flows = list_flows(directory)[:_MAX_ENTRIES]
    filled = _MARK.sub(lambda mark: to_scalar(values.get(mark[1], mark[0])), _unquoted(template, values))
    try:
        write_schema(directory)
        if "push_to_" in template:
            _write_ignore_file(directory)
        # Written last: an existing project file prevents another init.
        write_atomically(path, filled + _entries(flows, recipe, schedules))
    except OSError as error:
        raise FileFailed.unwritten(path, error) from error
    return path


def new_file(name: str, entries: Sequence[Mapping[str, Any]]) -> str:
    """Return the text of a project file with the name *name* and *entries*, which are JSON."""
    return f"{_HEAD}{to_yaml({'name': printable(name)})}\n{to_yaml({'deployments': list(entries)})}"


def check_free(directory: Path) -> Path:
    """Return the path of the project file in *directory*. Raises FileFailed if it exists."""
    path = directory / FILE_NAME
    if path.exists():
        raise FileFailed(f"`{FILE_NAME}` already exists.", hint="Edit it, or move it away.")
    return path


def write_schema(directory: Path) -> None:
    """Write the schema for editors next to the project file. Raises OSError."""
    schema = asset("schemas/editor.schema.json").read_text(encoding="utf-8")
    write_atomically(directory / SCHEMA_NAME, schema)


def _write_ignore_file(directory: Path) -> None:
    """Write the list of files that are not uploaded with the code, unless it exists."""
    if not any((directory / name).exists() for name in (".syntaskignore", ".prefectignore")):
        write_atomically(directory / ".syntaskignore", _IGNORED)


def _unquoted(template: str, values: Mapping[str, str]) -> str:
    """Return the template with its placeholders in comments and paths replaced, without quotes."""
    text = template.removesuffix("@deployments@").replace("@schema@", SCHEMA_NAME)
    return text.replace("/opt/prefect/@folder@", f"/opt/prefect/{values['folder']}")


def check_fields(recipe: Recipe, fields: Mapping[str, str]) -> None:
    """Raise UsageError for a field that the recipe does not have, or for the first that is missing."""
    for field in fields.keys() - recipe.fields.keys():
        hint = did_you_mean(
            field, recipe.fields, otherwise=f"Available fields: {', '.join(recipe.fields) or 'none'}."
        )
        raise UsageError(f"The recipe `{recipe.name}` has no field `{field}`.", hint=hint)
    for field, question in recipe.fields.items():
        if field not in fields:
            detail = f"The recipe `{recipe.name}` requires `{field}`: {question.lower()}."
            raise UsageError(detail, hint=f"Pass `--field {field}=…`.")


def _values(directory: Path, name: str, fields: Mapping[str, str]) -> dict[str, str]:
    remote = find_remote(directory) or GitRemote("https://git.example.com/team/repository.git", "main")
    return {
        "name": name,
        "folder": directory.name,
        "repository": remote.url,
        "branch": remote.branch,
        "dockerfile": "Dockerfile" if (directory / "Dockerfile").exists() else "auto",
        **fields,
    }


def _entries(flows: list[Flow], recipe: Recipe, schedules: Sequence[Mapping[str, Any]]) -> str:
    """Return an entry for each flow, or an example in comments if there is none."""
    if flows:
        timed = indent(to_yaml({"schedules": list(schedules)}), "    ") if schedules else ""
        return "\n".join(_entry(name, flow.entrypoint, recipe) + timed for name, flow in _named(flows))
    example = "".join(
        f"  # {line}\n"
        for line in _entry("my-flow", "flows.py:my_flow", recipe).replace("\n  ", "\n").strip().split("\n")
    )
    return f"  []\n{example}"


def _named(flows: list[Flow]) -> Iterator[tuple[str, Flow]]:
    """Yield each flow with a unique name for its deployment, the flow's own if possible."""
    taken: set[str] = set()
    for flow in flows:
        name = wanted = _UNFIT.sub("-", flow.name)
        number = 1
        while name in taken:
            number += 1
            name = f"{wanted}-{number}"
        taken.add(name)
        yield name, flow


def _entry(name: str, entrypoint: str, recipe: Recipe) -> str:
    lines = [
        f"  - name: {to_scalar(name)}",
        f"    entrypoint: {to_scalar(entrypoint)}",
        "    work_pool:",
        "      name: default",
    ]
    if recipe.job_variables:
        lines.append("      job_variables:")
        lines += [f"        {key}: {to_scalar(value)}" for key, value in recipe.job_variables.items()]
    return "\n".join(lines) + "\n"
