"""The operation behind `syntask upgrade`, without the writes: read, convert, name the pools, and merge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.model.events import Observer, nobody
from syntask_yaml.model.pool import DEFAULT_QUEUE
from syntask_yaml.operations.init import FILE_NAME
from syntask_yaml.upgrade.agent_deployment import Form
from syntask_yaml.upgrade.answers import Answer, Known, Served
from syntask_yaml.upgrade.conversion import convert_all, merge_conversion
from syntask_yaml.upgrade.converted_before import entries_before, names_by_file
from syntask_yaml.upgrade.edits import marked_files, settle, template_changes
from syntask_yaml.upgrade.equivalents import answer
from syntask_yaml.upgrade.find import FoundFile
from syntask_yaml.upgrade.flow_changes import changes_of, secrets_of, without_entries
from syntask_yaml.upgrade.flow_imports import import_problems, made_flows
from syntask_yaml.upgrade.pool_names import name_pools, pools_needed
from syntask_yaml.upgrade.pools_only import pools_only
from syntask_yaml.upgrade.read import FoundDeployments
from syntask_yaml.upgrade.request import SourceKind, UpgradeRequest
from syntask_yaml.upgrade.result import DeploymentResult, FileChange, Status, Upgrade
from syntask_yaml.upgrade.script_changes import rewrite_scripts
from syntask_yaml.upgrade.server_limits import limits_of, note_of
from syntask_yaml.upgrade.sources import Sources, deployments_in, read_sources
from syntask_yaml.upgrade.targets import Targets
from syntask_yaml.upgrade.unused_names import without_gaps


def prepare_upgrade(request: UpgradeRequest, *, notify: Observer = nobody) -> Upgrade:
    """Return the changes that an upgrade would make. Nothing is written and no project code is run.

    *notify* receives the progress.

    Raises NotFound for a path that does not exist, ProjectInvalid for an unreadable project file,
    BackendError for a server that fails.
    """
    upgrade = _whole_upgrade(request, notify)
    return pools_only(upgrade) if request.pools_only else upgrade


def _whole_upgrade(request: UpgradeRequest, notify: Observer) -> Upgrade:
    targets = Targets(request.directory, request.file)
    sources = read_sources(request, targets, notify)
    deployments = deployments_in(sources, request)
    conversions = list(convert_all(request, targets, deployments, sources.not_uploaded, notify))
    names = name_pools(one.pool for each in conversions for one in each.converted if one.pool)
    merged = [merge_conversion(each, names, request) for each in conversions]
    of_files = [result for results, _ in merged for result in results if not _is_declared(result)]
    rewriting = rewrite_scripts(sources.declaring, of_files, request.becomes, request.package)
    results = rewriting.results
    kept = [each.converted for each in results if each.status is not Status.LEFT]
    pools = pools_needed(kept, names)
    flows = without_gaps(without_entries(sources.flows, results), sources.files)
    settled = _settled(request, sources, results, targets)
    limits = tuple(limits_of(request.server, results)) if request.server and kept else ()
    marked = list(marked_files(sources.declaring, results, removes=request.removes))
    return Upgrade(
        results=results,
        pools=tuple(pools),
        blocks=tuple(dict.fromkeys([*(block for each in kept for block in each.blocks), *secrets_of(flows)])),
        answers=tuple(answer for answers, _ in settled for answer in answers),
        problems=(
            *_remaining_problems(sources.declaring, marked),
            *(problem for each in flows for problem in each.converted.problems),
            *import_problems(sources.files, made_flows(flows)),
            *map(note_of, limits),
        ),
        flows=tuple(each.converted for each in flows),
        limits=limits,
        old_url=request.server.url if request.server else "",
        changes=(
            *(change for _, changes in merged for change in changes),
            *changes_of(flows, sources.other_files),
            *rewriting.changes,
            *template_changes(pools, request.directory),
            *(change for _, change in settled if change),
            *marked,
        ),
    )


def _remaining_problems(
    found: Iterable[FoundDeployments], marked: Iterable[FileChange]
) -> Iterator[Diagnostic]:
    """Yield the problems of files, except those in code that is rewritten so that runs can load it."""
    changed = {change.path for change in marked}
    for each in found:
        if each.flow_code is None or each.file.path not in changed:
            yield from each.problems


def _is_declared(result: DeploymentResult) -> bool:
    """Return whether a file declares a server's deployment; the file takes precedence."""
    return result.converted.source.form is Form.SERVER and result.status is Status.THERE


def _settled(
    request: UpgradeRequest, sources: Sources, results: Sequence[DeploymentResult], targets: Targets
) -> list[tuple[list[Answer], FileChange | None]]:
    """Return the answers to commands, and the changes of the files that contain them."""
    if SourceKind.COMMANDS not in request.only:
        return []
    known = replace(_known(results, sources.files, targets), project_at=_projects(targets))
    return [
        settle(each, list(filter(None, (answer(command, known) for command in each.commands))))
        for each in sources.commanding
    ]


def _projects(targets: Targets) -> Callable[[Path], Path]:
    """Return a function from a folder to the folder of the project that a command finds there."""
    return lambda folder: targets.of(folder / FILE_NAME)[1].resolve()


def _known(results: Sequence[DeploymentResult], files: Iterable[FoundFile], targets: Targets) -> Known:
    """Return the deployments that commands may refer to: those converted now, and earlier."""
    by_file: dict[Path, list[str]] = {}
    by_name: dict[str, list[tuple[str, str]]] = {}
    converted = [each for each in results if each.status not in (Status.LEFT, Status.REWRITTEN)]
    for result in converted:
        each = result.converted
        if each.source.form not in (Form.COMMAND, Form.SERVER):
            by_file.setdefault(each.source.path.resolve(), []).append(each.full_name)
        named = each.full_name, str(result.entry.get("entrypoint", ""))
        if named not in by_name.setdefault(each.name, []):
            by_name[each.name].append(named)
    served = [_served(each.entry, each.converted.source.text("work_pool_name")) for each in converted]
    before = names_by_file(files)
    for path, names in before.items():
        by_file.setdefault(path, []).extend(names)
    for full_name, entry in entries_before(before, targets):
        named = full_name, str(entry.get("entrypoint", ""))
        by_name.setdefault(full_name.rpartition("/")[2], []).append(named)
        served.append(_served(entry, None))
    left = (each.converted.source.path.resolve() for each in results if each.status is Status.LEFT)
    return Known(by_file, by_name, tuple(dict.fromkeys(filter(None, served))), frozenset(left))


def _served(entry: Mapping[str, Any], old_pool: str | None) -> Served | None:
    """Return the work queues of *entry* with their pools."""
    pool = entry.get("work_pool")
    if not isinstance(pool, Mapping) or not pool.get("name"):
        return None
    return Served(str(pool.get("work_queue_name", DEFAULT_QUEUE)), str(pool["name"]), old_pool)
