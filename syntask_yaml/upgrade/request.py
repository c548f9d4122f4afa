"""The parameters of `syntask upgrade`."""

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
    """A kind of source of deployments."""

    YAML = "yaml"
    PYTHON = "python"
    COMMANDS = "commands"
    FLOWS = "flows"  # of Prefect 1


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeRequest:
    """The files or folders below *directory*, the project *file*, and the *pools* named by the user.

    From a *server*, blocks are read and, with *all_deployments*, deployments that no file declares.
    *prefect_1* are the options for flows of Prefect 1; without them, they are not converted. *only* are the
    kinds of sources to convert, and *becomes* is the target of scripts. With *pools_only*, only work pools
    are converted. Rewritten code imports from *package*; None keeps the package of each file.
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
