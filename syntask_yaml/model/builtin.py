"""The built-in steps: their names, in every spelling, and what each one puts out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from syntask_yaml.diagnostics import did_you_mean


@dataclass(frozen=True, slots=True)
class Builtin:
    """A built-in step.

    *package* is what follows `syntask` or `prefect` in the first part of its full name.
    *in_prefect*: whether Prefect, or its package of that name, has the step too: stock workers run it then.
    """

    name: str
    outputs: tuple[str, ...]
    package: str = ""
    in_prefect: bool = True

    def full_name(self, namespace: str = "syntask") -> str:
        """The name by which a project file, or a backend, knows the step."""
        return f"{namespace}{self.package}.deployments.steps.{self.name}"


_IMAGE = ("image_name", "tag", "image", "additional_tags")

BUILTINS: Mapping[str, Builtin] = {
    step.name: step
    for step in (
        Builtin("git_clone", ("directory",)),
        Builtin("set_working_directory", ("directory",)),
        Builtin("run_shell_script", ("stdout", "stderr")),
        Builtin("pip_install_requirements", ("stdout", "stderr")),
        Builtin("pull_from_remote_storage", ("directory",)),
        Builtin("pull_with_block", ("directory",)),
        Builtin("build_docker_image", (*_IMAGE, "image_id"), "_docker"),
        Builtin("push_docker_image", _IMAGE, "_docker"),
        Builtin("push_to_s3", ("bucket", "folder"), "_aws"),
        Builtin("pull_from_s3", ("bucket", "folder", "directory"), "_aws"),
        Builtin("push_to_gcs", ("bucket", "folder"), "_gcp"),
        Builtin("pull_from_gcs", ("bucket", "folder", "directory"), "_gcp"),
        Builtin("push_to_azure_blob_storage", ("container", "folder"), "_azure"),
        Builtin("pull_from_azure_blob_storage", ("container", "folder", "directory"), "_azure"),
    )
}

# Names from before the steps were renamed.
OLD_NAMES: Mapping[str, str] = {"git_clone_project": "git_clone"}

# `prefect.projects.steps` is the oldest home; a module of the package may stand in between.
_FULL_NAME = re.compile(r"(?:syntask|prefect)(_[a-z]+)?\.(?:deployments|projects)\.steps\.(?:\w+\.)?(\w+)")


@lru_cache(maxsize=4096)
def builtin_of(full_name: str) -> Builtin | None:
    """The built-in step that *full_name* means, in any spelling; None for others."""
    match = _FULL_NAME.fullmatch(full_name)
    if match is None:
        return None
    builtin = BUILTINS.get(OLD_NAMES.get(match[2], match[2]))
    return builtin if builtin is not None and builtin.package == (match[1] or "") else None


def claims_to_be_builtin(full_name: str) -> bool:
    """Whether *full_name* stands in a namespace where only built-in steps are."""
    return _FULL_NAME.fullmatch(full_name) is not None


def why_no_builtin(full_name: str) -> tuple[str, str]:
    """What to say of a name that claims to be a built-in step and is none, and what to do."""
    match = _FULL_NAME.fullmatch(full_name)
    name = match[2] if match else full_name
    if meant := BUILTINS.get(OLD_NAMES.get(name, name)):
        namespace = full_name.partition(".")[0].partition("_")[0]
        return f"There is no step `{full_name}`.", f"Write `{meant.full_name(namespace)}`."
    family = ", ".join(f"`{each.name}`" for each in BUILTINS.values() if not each.package)
    hint = did_you_mean(name, BUILTINS, otherwise=f"There are {family} and those for images and stores.")
    return f"There is no built-in step `{name}`.", hint
