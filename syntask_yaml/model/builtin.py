"""The index of built-in steps in `model/builtin.json`: names, spellings and outputs.

`make docs` generates the index from the declaration beside each step's function (`steps/declare.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from syntask_yaml.model.value import Value


class Builtin(NamedTuple):
    """A built-in step. The fields are the arguments of `@step` in `steps/declare.py`.

    *home* is the function of the step, and *forecast* the function of its dry run, as `module:function`.
    """

    name: str
    outputs: tuple[str, ...]
    package: str = ""
    home: str = ""
    aliases: tuple[str, ...] = ()
    needs: str = ""
    extra: str = ""
    on_stock_workers: bool = False
    forecast: str = ""

    def full_name(self, namespace: str = "syntask") -> str:
        """Return the name of the step in a project file, or on a backend."""
        package = f"{namespace}_{self.package}" if self.package else namespace
        return f"{package}.deployments.steps.{self.name}"


def _listed() -> Iterator[Builtin]:
    for row in json.loads(Path(__file__).with_name("builtin.json").read_bytes()):
        yield Builtin(**{**row, "outputs": tuple(row["outputs"]), "aliases": tuple(row.get("aliases", ()))})


BUILTINS: Mapping[str, Builtin] = {step.name: step for step in _listed()}

_ALIASES: Mapping[str, str] = {alias: step.name for step in BUILTINS.values() for alias in step.aliases}

# `prefect.projects.steps` is the oldest home; a module of the package may stand in between.
_FULL_NAME = re.compile(
    r"(?:syntask|prefect)(?:_([a-z]+))?\.(?:deployments|projects)\.steps\.(?:\w+\.)?(\w+)"
)


@lru_cache(maxsize=4096)
def builtin_of(full_name: str) -> Builtin | None:
    """Return the built-in step called *full_name*, in any spelling; None if there is none."""
    match = _FULL_NAME.fullmatch(full_name)
    if match is None:
        return None
    builtin = BUILTINS.get(_ALIASES.get(match[2], match[2]))
    return builtin if builtin is not None and builtin.package == (match[1] or "") else None


def with_folder(full_name: str, inputs: Value, *, end: str) -> Value:
    """Return the *inputs* of a step, in which *end* replaces trailing slashes of a folder in a store.

    A folder that ends with a template is not changed, because the value of the template may end with a slash.
    """
    builtin = builtin_of(full_name)
    is_pull = builtin is not None and {"folder", "directory"} <= set(builtin.outputs)
    if not is_pull or not isinstance(inputs, Mapping):
        return inputs
    folder = inputs.get("folder")
    name = folder.rstrip("/") if isinstance(folder, str) else ""
    return {**inputs, "folder": name + end} if name and not name.endswith("}}") else inputs


def claims_to_be_builtin(full_name: str) -> bool:
    """Return whether *full_name* is in a namespace that is reserved for built-in steps."""
    return _FULL_NAME.fullmatch(full_name) is not None


def why_no_builtin(full_name: str) -> tuple[str, str]:
    """Return the detail and the hint for a name that looks like a built-in step and is none."""
    match = _FULL_NAME.fullmatch(full_name)
    name = match[2] if match else full_name
    if meant := BUILTINS.get(_ALIASES.get(name, name)):
        namespace = full_name.partition(".")[0].partition("_")[0]
        return f"The step `{full_name}` does not exist.", f"Write `{meant.full_name(namespace)}`."
    from syntask_yaml.diagnostics import did_you_mean  # which the steps themselves do not need

    family = ", ".join(f"`{each.name}`" for each in BUILTINS.values() if not each.package)
    hint = did_you_mean(
        name, BUILTINS, otherwise=f"Available steps: {family}, and those for images and storage."
    )
    return f"The built-in step `{name}` does not exist.", hint
