"""Find the flows of a repository."""

from __future__ import annotations

from pathlib import Path

from syntask_yaml.errors import SyntaskError
from syntask_yaml.project.flows import Flow, FlowReader
from syntask_yaml.project.flows.discover import SkippedFile, discover


def find_flows(root: Path) -> tuple[list[Flow], list[SkippedFile]]:
    """Return the deployable flows below *root* with signatures, sorted by location, and unreadable files."""
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
            continue  # the file changed or became invalid between the two reads
    return flows, skipped


def list_flows(root: Path) -> list[Flow]:
    """Return the deployable flows below *root* with their signatures, sorted by location."""
    return find_flows(root)[0]
