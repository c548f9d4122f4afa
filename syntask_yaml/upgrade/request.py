"""What `syntask upgrade` is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from syntask_yaml.upgrade.import_package import ImportPackage
from syntask_yaml.upgrade.prefect1.convert import Prefect1Options
from syntask_yaml.upgrade.scripts.rewrite import RewriteTarget
from syntask_yaml.upgrade.server import Server


class SourceKind(Enum):
    """A kind of source that says something about deployments."""

    YAML = "yaml"
    PYTHON = "python"
    COMMANDS = "commands"
    FLOWS = "flows"  # of Prefect 1


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeRequest:
    """Files or folders below *directory*, the project *file* if one is named, and the names of *pools* that
    the user chose.

    Of a *server*, blocks are read, and with *all_deployments* also the deployments that no file declares.
    Flows of Prefect 1 are converted if *prefect_1* says how. *only* are the kinds of sources that are
    converted, and *becomes* is what scripts are turned into. With *pools_only*, everything but work pools
    stays as it is. Rewritten code imports names of *package*, None for that of each file.
    """

    directory: Path
    paths: tuple[Path, ...] = ()
    file: Path | None = None
    pools: Mapping[str, str] = field(default_factory=dict)
    removes: bool = False
    server: Server | None = None
    all_deployments: bool = False
    prefect_1: Prefect1Options | None = None
    only: frozenset[SourceKind] = frozenset(SourceKind)
    becomes: RewriteTarget = RewriteTarget.ENTRIES
    pools_only: bool = False
    package: ImportPackage | None = None

    @property
    def writes_entries(self) -> bool:
        """Whether scripts become entries of a project file."""
        return self.becomes is RewriteTarget.ENTRIES
