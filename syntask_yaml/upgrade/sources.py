"""The sources of an upgrade: everything below the given paths that concerns deployments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from syntask_yaml.model.events import Observer, counted
from syntask_yaml.operations.init import FILE_NAME
from syntask_yaml.upgrade.agent_deployment import AgentDeployment
from syntask_yaml.upgrade.built import deployment_of
from syntask_yaml.upgrade.commands import FoundCommands, read_commands
from syntask_yaml.upgrade.edits import scripts_in
from syntask_yaml.upgrade.find import FoundFile, find_files
from syntask_yaml.upgrade.flow_changes import with_known_runs, with_unique_names
from syntask_yaml.upgrade.prefect1.read import FoundFlows, read_flows
from syntask_yaml.upgrade.prefect1.repository import RepositoryModules
from syntask_yaml.upgrade.read import FoundDeployments, read_deployments
from syntask_yaml.upgrade.request import SourceKind, UpgradeRequest
from syntask_yaml.upgrade.script_commands import DeployScripts
from syntask_yaml.upgrade.scripts.blocks import with_saved_blocks
from syntask_yaml.upgrade.scripts.read import read_script
from syntask_yaml.upgrade.server import deployments_of, with_blocks
from syntask_yaml.upgrade.targets import Targets


@dataclass(frozen=True, slots=True)
class Sources:
    """The *files* that were searched, and the findings.

    *declaring* are files with deployments, scripts last, because they may refer to others. *commanding* are
    files with commands, and *flows* those of Prefect 1.
    """

    files: tuple[FoundFile, ...]
    declaring: tuple[FoundDeployments, ...]
    commanding: tuple[FoundCommands, ...]
    flows: tuple[FoundFlows, ...]

    @property
    def other_files(self) -> list[FoundFile]:
        """The files that declare no deployments."""
        taken = {each.file.path for each in self.declaring}
        return [file for file in self.files if file.path not in taken]

    @property
    def not_uploaded(self) -> frozenset[str]:
        """The names of deployments whose command has `--skip-upload`."""
        builds = (command for each in self.commanding for command in each.commands if command.verb == _BUILD)
        skips = (command for command in builds if command.has("--skip-upload"))
        return frozenset(name for command in skips for name in command.values("-n", "--name"))


_BUILD = "deployment build"


def read_sources(request: UpgradeRequest, targets: Targets, notify: Observer) -> Sources:
    """Read the sources of *request*, and report the progress to *notify*.

    Raises NotFound for a path that does not exist.
    """
    files = tuple(find_files(request.directory, request.paths))
    declaring = tuple(_read(files, targets, request.only, notify))
    taken = {each.file.path for each in declaring}
    others = [file for file in files if not (_is_code(file) or file.path in taken)]
    programs = scripts_in(declaring, files) if request.writes_entries else DeployScripts()
    looked_at = counted(others, "Looking for commands in files", notify)
    commanding = tuple(filter(None, (read_commands(file, programs) for file in looked_at)))
    left = {each.file.path for each in declaring if each.is_unreadable}
    flows = _flows(request, [file for file in files if file.path not in left], notify)
    return Sources(files, declaring, commanding, tuple(with_known_runs(with_unique_names(flows))))


def deployments_in(sources: Sources, request: UpgradeRequest) -> list[AgentDeployment]:
    """Return the deployments to convert: from files, commands, flows and the server."""
    declared = [*(one for each in sources.declaring for one in each.deployments), *_built(sources, request)]
    known = list(with_saved_blocks(declared, sources.files, request.directory))
    of_flows = (deployment for each in sources.flows for deployment in each.deployments)
    return [*_with_server(request, known), *of_flows]


def _is_code(file: FoundFile) -> bool:
    return file.is_python or file.is_notebook


def _read(
    files: Sequence[FoundFile], targets: Targets, only: frozenset[SourceKind], notify: Observer
) -> Iterator[FoundDeployments]:
    yaml_files = [file for file in files if file.is_yaml] if SourceKind.YAML in only else []
    scripts = [file for file in files if _is_code(file)] if SourceKind.PYTHON in only else []
    yield from filter(None, map(read_deployments, counted(yaml_files, "Reading YAML files", notify)))
    scripts_read = counted(scripts, "Reading Python files", notify)
    yield from filter(None, (read_script(file, targets.of(file.path)[1]) for file in scripts_read))


def _flows(request: UpgradeRequest, files: Iterable[FoundFile], notify: Observer) -> Iterator[FoundFlows]:
    if request.prefect_1 is not None:
        options = replace(request.prefect_1, others=RepositoryModules(request.directory))
        for file in counted(list(filter(_is_code, files)), "Converting flows in files", notify):
            if found := read_flows(file, options):
                yield found


def _built(sources: Sources, request: UpgradeRequest) -> Iterator[AgentDeployment]:
    """Yield the deployments that commands describe."""
    if SourceKind.COMMANDS in request.only:
        for each in sources.commanding:
            builds = (command for command in each.commands if command.verb == _BUILD)
            yield from filter(None, map(deployment_of, builds))


def _with_server(request: UpgradeRequest, found: list[AgentDeployment]) -> list[AgentDeployment]:
    """Return the deployments of files with the server's values, and those that only the server has."""
    if request.server is None:
        return found
    path = request.directory / (request.file or FILE_NAME)
    more = deployments_of(request.server, path) if request.all_deployments else ()
    return [*with_blocks(found, request.server), *more]
