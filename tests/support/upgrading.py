"""Repositories with deployments of agents, and what becomes of them."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.upgrade.prepare import prepare_upgrade
from syntask_yaml.upgrade.request import UpgradeRequest
from syntask_yaml.upgrade.result import DeploymentResult, Upgrade
from syntask_yaml.upgrade.write import write_upgrade

FLOW = '''\
from prefect import flow


@flow
def load_orders(source: str = "shop", limit: int = 1):
    """Load orders."""
'''

# What a command wrote for a process and no storage, without what says nothing.
PROCESS = {"type": "process", "env": {}, "stream_output": True, "_block_type_slug": "process"}
DEPLOYMENT: Mapping[str, Any] = {
    "name": "nightly",
    "flow_name": "load-orders",
    "entrypoint": "flows.py:load_orders",
    "work_queue_name": "default",
    "work_pool_name": None,
    "infrastructure": PROCESS,
    "infra_overrides": {},
    "storage": None,
    "path": "/srv/orders",
    "enforce_parameter_schema": True,
}


def saved(slug: str, name: str, **fields: Any) -> dict[str, Any]:
    """The copy of a block in a file."""
    return {
        **fields,
        "_block_document_id": "5a734f3a-0d0f-4f78-874c-5487fdf266f7",
        "_block_document_name": name,
        "_is_anonymous": False,
        "block_type_slug": slug,
        "_block_type_slug": slug,
    }


def inline(slug: str, **fields: Any) -> dict[str, Any]:
    """A block that was written in the file only."""
    return {**fields, "_block_type_slug": slug}


@dataclass
class OldRepository:
    """A folder with files of agents."""

    root: Path
    pools: dict[str, str] = field(default_factory=dict)

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path

    def deployment(self, file: str = "nightly-deployment.yaml", **fields: Any) -> Path:
        """A file as `prefect deployment build` wrote it, with *fields* of its own."""
        content = {**copy.deepcopy(dict(DEPLOYMENT)), **fields}
        return self.write(file, yaml.safe_dump(content, sort_keys=False))

    def upgrade(self, *paths: str, **options: Any) -> Upgrade:
        request = UpgradeRequest(
            directory=self.root, paths=tuple(map(Path, paths)), pools=self.pools, **options
        )
        return prepare_upgrade(request)

    def written(self, **options: Any) -> Upgrade:
        """The same, and it is written."""
        upgrade = self.upgrade(**options)
        write_upgrade(upgrade)
        return upgrade

    def result(self, **fields: Any) -> DeploymentResult:
        """What becomes of one deployment with *fields*."""
        self.deployment(**fields)
        (result,) = self.upgrade().results
        return result

    def entry(self, **fields: Any) -> Mapping[str, Any]:
        """The entry that a deployment with *fields* becomes."""
        return self.result(**fields).entry


def codes(problems: tuple[Diagnostic, ...]) -> set[str]:
    """The codes of what is said, but not of notes."""
    return {problem.code for problem in problems if not problem.is_note}


def notes(problems: tuple[Diagnostic, ...]) -> set[str]:
    """The codes of notes."""
    return {problem.code for problem in problems if problem.is_note}
