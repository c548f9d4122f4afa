"""The flows of a repository."""

from __future__ import annotations

from pathlib import Path

from syntask_yaml.errors import SyntaskError
from syntask_yaml.project.flows import Flow, FlowReader, FoundFlow, discover


def list_flows(root: Path) -> list[Flow]:
    """The flows below *root* that can be deployed, by place, with their signatures."""
    reader = FlowReader(root, load_in_child=False)
    flows: list[Flow] = []
    for found in discover(root):
        if not isinstance(found, FoundFlow):
            continue
        try:
            flows.append(reader.read(found.entrypoint))
        except SyntaskError:
            continue  # the file changed or broke between the two looks
    return flows
