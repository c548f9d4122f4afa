"""A deployment of an agent as it was read, independent of the file format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.diagnostics import Path as TreePath
from syntask_yaml.document.node import Node


class Form(Enum):
    """The form in which a deployment was declared."""

    AGENT = "agent"  # written by `prefect deployment build`
    COMMAND = "command"  # options of `prefect deployment build`
    SERVER = "server"  # on a server, without a file
    SCRIPT = "script"  # built by Python code; templates are of type TemplateText
    PREFECT_1 = "prefect-1"  # declared in the code of a Prefect 1 flow
    PROJECT = "project"  # an entry for `prefect deploy`, with templates


@dataclass(frozen=True, slots=True)
class AgentDeployment:
    """A deployment: *root* maps its fields, in Prefect 2's terms, to values with their locations.

    Its secrets are `Secret` values, masked by asterisks in its source; *secrets* are their paths. *path* is
    the file that declares the deployment or, for one read from a server, the file that it goes to. *compared*
    are the fields whose blocks were read from a server, each with the names of the fields that differ from
    the file, or None if the block does not exist.

    *problems* were found during reading. *resolved* is the entrypoint of the flow that a script passes,
    whatever entrypoint it writes. *is_known* is false if only a run of the script can tell the name or the
    flow. *names_flow* is set if the flow's code takes its name from other files.
    """

    root: Node
    path: Path
    form: Form = Form.AGENT
    secrets: tuple[TreePath, ...] = ()
    compared: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)
    problems: tuple[Diagnostic, ...] = ()
    resolved: str = ""
    is_known: bool = True
    names_flow: bool = False

    @property
    def name(self) -> str:
        return self.text("name")

    def get(self, key: str) -> Node | None:
        """Return the field *key*, or None if it is null or an empty string, list or mapping."""
        node = self.root.get(key)
        return None if node is None or is_empty(node.value) else node

    def text(self, key: str) -> str:
        """Return the field as a string; empty if it is unset."""
        node = self.get(key)
        return node.value if node is not None and isinstance(node.value, str) else ""


def is_empty(value: Any) -> bool:
    """Return whether *value* is null or an empty string, list or mapping."""
    return value is None or (isinstance(value, (str, list, dict)) and not value)
