"""`syntask upgrade`, all but the writing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from syntask_yaml.diagnostics import Diagnostic, Severity, in_file_order
from syntask_yaml.operations.init import FILE_NAME
from syntask_yaml.project.locate import find_project_file
from syntask_yaml.upgrade.agent_deployment import AgentDeployment, Form
from syntask_yaml.upgrade.built import deployment_of
from syntask_yaml.upgrade.commands import FoundCommands, read_commands
from syntask_yaml.upgrade.convert import convert
from syntask_yaml.upgrade.draft import Converted, PoolWish, Scene
from syntask_yaml.upgrade.edits import marked_files, names_in_marker, project_change, settle
from syntask_yaml.upgrade.equivalents import Known, answer
from syntask_yaml.upgrade.find import FoundFile, find_files
from syntask_yaml.upgrade.pools import name_pools, pools_needed
from syntask_yaml.upgrade.project_file import Merged, Target, merge, open_target
from syntask_yaml.upgrade.read import read_deployments
from syntask_yaml.upgrade.result import DeploymentResult, FileChange, Status, Upgrade


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeRequest:
    """What is asked for: files or folders below *directory*, the project *file* if one is named, and the
    names of *pools* that the user chose."""

    directory: Path
    paths: tuple[Path, ...] = ()
    file: Path | None = None
    pools: Mapping[str, str] = field(default_factory=dict)
    removes: bool = False


def prepare_upgrade(request: UpgradeRequest) -> Upgrade:
    """Everything that an upgrade would do. Nothing is written and no code of the project is run.

    Raises NotFound for a path that is not there, ProjectInvalid for a project file that cannot be read.
    """
    files = list(find_files(request.directory, request.paths))
    found = list(filter(None, (read_deployments(file) for file in files if file.is_yaml)))
    taken = {each.file.path for each in found}
    scripts = list(filter(None, (read_commands(file) for file in files if file.path not in taken)))
    sources = [*(one for each in found for one in each.deployments), *_built(scripts)]
    conversions = list(_convert_all(request, sources, frozenset(_not_uploaded(scripts))))
    names = name_pools(one.pool for each in conversions for one in each.converted if one.pool)
    merged = [_merge(each, names) for each in conversions]
    results = [result for of_target, _ in merged for result in of_target]
    known = _known(results, files)
    settled = [settle(script, [answer(each, known) for each in script.commands]) for script in scripts]
    kept = [each.converted for each in results if each.status is not Status.LEFT]
    return Upgrade(
        results=tuple(results),
        pools=tuple(pools_needed(kept, names)),
        blocks=tuple(dict.fromkeys(block for each in kept for block in each.blocks)),
        answers=tuple(answer for answers, _ in settled for answer in answers),
        problems=tuple(problem for each in found for problem in each.problems),
        changes=(
            *(change for _, changes in merged for change in changes),
            *(change for _, change in settled if change),
            *marked_files(found, results, removes=request.removes),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Conversion:
    """What goes into one project file, before the pools have names."""

    target: Target
    converted: tuple[Converted, ...]


def _convert_all(
    request: UpgradeRequest, sources: Sequence[AgentDeployment], not_uploaded: frozenset[str]
) -> Iterator[_Conversion]:
    for (path, root), own in _by_target(request, sources).items():
        target = open_target(path, root, _shown(path, request.directory))
        scene = Scene(
            root=root,
            dialect=target.dialect,
            reader=target.reader,
            sections=target.sections,
            not_uploaded=not_uploaded,
            pools=request.pools,
        )
        yield _Conversion(target, tuple(convert(source, scene) for source in own))


def _merge(
    conversion: _Conversion, names: Mapping[PoolWish, str]
) -> tuple[list[DeploymentResult], list[FileChange]]:
    """What becomes of the deployments for one project file, and that file with them."""
    target, converted = conversion.target, conversion.converted
    entries = [_with_pool(each, names) for each in converted]
    partial = (index for index, each in enumerate(converted) if each.source.form is Form.COMMAND)
    merged = merge(target, entries, frozenset(partial))
    return list(_results(target, converted, entries, merged)), list(project_change(target, merged))


def _with_pool(converted: Converted, names: Mapping[PoolWish, str]) -> dict[str, object]:
    """The entry, with the name of its pool."""
    entry = dict(converted.entry)
    if converted.pool is not None:
        entry["work_pool"] = {"name": names[converted.pool], **entry.get("work_pool", {})}
    return entry


def _not_uploaded(scripts: Iterable[FoundCommands]) -> Iterator[str]:
    for script in scripts:
        for command in script.commands:
            if command.verb == "deployment build" and command.has("--skip-upload"):
                yield from command.values("-n", "--name")


def _built(scripts: Iterable[FoundCommands]) -> Iterator[AgentDeployment]:
    """The deployments that commands describe."""
    for script in scripts:
        for command in script.commands:
            if command.verb == "deployment build" and (built := deployment_of(command)):
                yield built


def _by_target(
    request: UpgradeRequest, found: Iterable[AgentDeployment]
) -> dict[tuple[Path, Path], list[AgentDeployment]]:
    """The deployments by the project file that they go to: the nearest one, or a new one."""
    groups: dict[tuple[Path, Path], list[AgentDeployment]] = {}
    nearest: dict[Path, Path | None] = {}
    for each in found:
        folder = each.path.parent
        if request.file is not None:
            key = request.directory / request.file, request.directory
        else:
            if folder not in nearest:
                nearest[folder] = find_project_file(folder)
            path = nearest[folder] or request.directory / FILE_NAME
            key = path, path.parent
        groups.setdefault(key, []).append(each)
    return groups


def _results(
    target: Target, converted: Sequence[Converted], entries: Sequence[Mapping[str, object]], merged: Merged
) -> Iterator[DeploymentResult]:
    for index, (each, entry) in enumerate(zip(converted, entries, strict=True)):
        own = [*each.problems, *_refused(each, merged.problems.get(index, ())), *_notes(each, merged, index)]
        problems = tuple(in_file_order(own))
        yield DeploymentResult(each, entry, target.path, _status(index, merged, problems), problems)


def _refused(each: Converted, problems: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """What keeps a deployment out of the file; what has no place is said of the deployment."""
    for problem in problems:
        span = problem.span or each.source.root.span
        yield replace(problem, span=span, entries=(each.name,), severity=Severity.ERROR)


def _notes(each: Converted, merged: Merged, index: int) -> Iterator[Diagnostic]:
    for problem in merged.notes.get(index, ()):
        warned = problem.as_warning() if problem.is_error else problem
        yield replace(warned, entries=(each.name,))


def _status(index: int, merged: Merged, problems: Sequence[Diagnostic]) -> Status:
    if index in merged.equal:
        return Status.THERE
    if index not in merged.added:
        return Status.LEFT
    return Status.CARRIED if all(problem.is_note for problem in problems) else Status.NOTED


def _known(results: Sequence[DeploymentResult], files: Iterable[FoundFile]) -> Known:
    """What the commands of scripts can mean: deployments that are converted now, or were before."""
    by_file: dict[Path, list[str]] = {}
    by_name: dict[str, list[tuple[str, str]]] = {}
    served: dict[tuple[str, str], None] = {}
    for result in results:
        if result.status is Status.LEFT:
            continue
        each = result.converted
        if each.source.form is not Form.COMMAND:
            by_file.setdefault(each.source.path.resolve(), []).append(each.full_name)
        named = each.full_name, str(result.entry.get("entrypoint", ""))
        if named not in by_name.setdefault(each.name, []):
            by_name[each.name].append(named)
        pool = result.entry.get("work_pool")
        if isinstance(pool, Mapping) and pool.get("name"):
            served[str(pool.get("work_queue_name", "default")), str(pool["name"])] = None
    for file in files:
        if file.is_yaml and (names := names_in_marker(file.path)):
            by_file.setdefault(file.path.resolve(), []).extend(names)
    return Known(by_file, by_name, tuple(served))


def _shown(path: Path, directory: Path) -> str:
    return path.relative_to(directory).as_posix() if path.is_relative_to(directory) else str(path)
