"""The flows of a repository."""

from __future__ import annotations

from pathlib import Path

from syntask_yaml.errors import SyntaskError
from syntask_yaml.project.flows import Flow, FlowReader
from syntask_yaml.project.flows.discover import SkippedFile, discover


def find_flows(root: Path) -> tuple[list[Flow], list[SkippedFile]]:
    """Return the flows below *root* that can be deployed, by place, with their signatures; and the files in
    which some may be, but which cannot be read."""
    reader = FlowReader(root)
    flows: list[Flow] = []
    skipped: list[SkippedFile] = []
    for found in discover(root):
        if isinstance(found, SkippedFile):
            skipped.append(found)
            continue
        try:
            flows.append(reader.read(found.entrypoint))
        except SyntaskError:
            continue  # the file changed or broke between the two looks
    return flows, skipped


def list_flows(root: Path) -> list[Flow]:
    """Return the flows below *root* that can be deployed, by place, with their signatures."""
    return find_flows(root)[0]
