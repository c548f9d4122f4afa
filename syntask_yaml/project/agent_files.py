"""Detect files of agent deployments of Prefect 2 by their keys."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

MAX_BYTES = 1024 * 1024

# The keys of a file with one deployment.
_KEYS = frozenset(
    "flow_name infra_overrides infrastructure manifest_path parameter_openapi_schema path storage "
    "work_queue_name is_schedule_active timestamp".split()
)

# A key of every such file, in bytes: searching for it is a hundred times faster than parsing YAML.
_FLOW = re.compile(rb"""(?:entrypoint|manifest_path)["']?[ \t]*:""")
_OTHER = re.compile(rb"""(?:infra\w+|work_queue_name|work_pool|deployments|flow_name)["']?[ \t]*:""")

# The first line of a converted file.
CONVERTED = "# syntask upgrade: now in "
# The mark is one of the first lines of a script, after the interpreter and encoding lines.
MARK_LINES = 3


def is_agent_deployment(value: Any) -> bool:
    """Return whether the document is one deployment for an agent, as `prefect deployment build` wrote it."""
    return isinstance(value, dict) and "deployments" not in value and len(_KEYS & value.keys()) > 1


def has_project_form(name: str) -> bool:
    """Return whether a file *name* is that of a deployment list of a `prefect.yaml`, as in Prefect 2.10."""
    return Path(name).stem.lower().startswith("deployment")


def is_converted(content: bytes) -> bool:
    """Return whether the first line of a file marks it as converted."""
    return content.removeprefix(b"\xef\xbb\xbf").startswith(CONVERTED.encode())


def may_hold_deployment(content: bytes) -> bool:
    """Return whether the bytes of a file look like an unconverted deployment."""
    is_like = _FLOW.search(content) is not None and _OTHER.search(content) is not None
    return is_like and not is_converted(content)


def upgrade_command(*files: str) -> str:
    """Return the command that converts *files*."""
    return shlex.join(["syntask", "upgrade", *files])


def find_agent_files(folder: Path) -> list[str]:
    """Return the names of the files in *folder* that look like deployments for agents, sorted."""
    found = []
    for path in sorted((*folder.glob("*.yaml"), *folder.glob("*.yml"))):
        try:
            if path.is_file() and not path.is_symlink() and path.stat().st_size <= MAX_BYTES:
                content = path.read_bytes()
                if may_hold_deployment(content) and _is_of_agents(path.name, content):
                    found.append(path.name)
        except OSError:
            continue
    return found


def _is_of_agents(name: str, content: bytes) -> bool:
    return has_project_form(name) or b"infra" in content or b"work_queue_name" in content
