"""A deployment of an agent as it was found, independent of the kind of file."""

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
    """How a deployment was written."""

    AGENT = "agent"  # as `prefect deployment build` wrote it
    COMMAND = "command"  # as options of `prefect deployment build`
    SERVER = "server"  # as a server has it, without a file
    SCRIPT = "script"  # as Python code that builds it; its templates are marked as such
    PREFECT_1 = "prefect-1"  # as the code of a flow of Prefect 1 says it
    PROJECT = "project"  # an entry of a list: it is deployed by `prefect deploy`, and holds templates


@dataclass(frozen=True, slots=True)
class AgentDeployment:
    """One deployment: *root* is a mapping of its fields, each with its place, in the words of Prefect 2.

    Secrets are `Secret` in it, and asterisks in its source; *secrets* are their paths. *path* is the file
    that says it, or, for one of a server, that it goes to. *compared* are the fields whose blocks a server
    was asked for: it has the names of what its block has otherwise than the file, or None for no block.

    *problems* are what was found while it was read, and *resolved* is the entrypoint of the flow that a
    script passes, whatever entrypoint it writes. It is not *is_known* where only running the script tells
    its name or its flow. The entry *names_flow* where the code of the flow takes its name from other files.
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
        """The field called *key*, unless nothing is said there: null, or an empty text, list or mapping."""
        node = self.root.get(key)
        return None if node is None or is_empty(node.value) else node

    def text(self, key: str) -> str:
        """The field as a text; empty where it says none."""
        node = self.get(key)
        return node.value if node is not None and isinstance(node.value, str) else ""


def is_empty(value: Any) -> bool:
    """Whether *value* says nothing."""
    return value is None or (isinstance(value, (str, list, dict)) and not value)
