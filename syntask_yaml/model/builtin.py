"""The index of built-in steps from `model/builtin.json`: their names, spellings and outputs.

Each step declares itself beside its function (`steps/declare.py`), and `make docs` makes the list.
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
    """A built-in step; its fields are the arguments of `@step` in `steps/declare.py`.

    *home* is its function, and *forecast* the one that forecasts it, as `module:function`.
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
        """Return the name by which a project file, or a backend, knows the step."""
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
    """Return the built-in step that *full_name* means, in any spelling; None for others."""
    match = _FULL_NAME.fullmatch(full_name)
    if match is None:
        return None
    builtin = BUILTINS.get(_ALIASES.get(match[2], match[2]))
    return builtin if builtin is not None and builtin.package == (match[1] or "") else None


def with_folder(full_name: str, inputs: Value, *, end: str) -> Value:
    """Return *inputs* of a step; if it pulls a folder of a store, with *end* in place of slashes behind that.

    A folder that ends with a template stays: its value may bring a slash, and may have to stand alone.
    """
    builtin = builtin_of(full_name)
    is_pull = builtin is not None and {"folder", "directory"} <= set(builtin.outputs)
    if not is_pull or not isinstance(inputs, Mapping):
        return inputs
    folder = inputs.get("folder")
    name = folder.rstrip("/") if isinstance(folder, str) else ""
    return {**inputs, "folder": name + end} if name and not name.endswith("}}") else inputs


def claims_to_be_builtin(full_name: str) -> bool:
    """Return whether *full_name* stands in a namespace where only built-in steps are."""
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
