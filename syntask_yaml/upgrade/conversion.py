"""The deployments for a project file: converted, then merged into the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from syntask_yaml.diagnostics import Diagnostic, Severity, in_file_order
from syntask_yaml.files import shown_path
from syntask_yaml.model.events import Counted, Observer
from syntask_yaml.upgrade.agent_deployment import AgentDeployment, Form
from syntask_yaml.upgrade.convert import convert
from syntask_yaml.upgrade.draft import ConversionContext, Converted, WantedPool
from syntask_yaml.upgrade.edits import project_change
from syntask_yaml.upgrade.project_file import Merged, OpenedFile, merge, open_target
from syntask_yaml.upgrade.request import UpgradeRequest
from syntask_yaml.upgrade.result import DeploymentResult, FileChange, Status
from syntask_yaml.upgrade.same_deployment import Completeness, says
from syntask_yaml.upgrade.targets import Targets


@dataclass(frozen=True, slots=True)
class Conversion:
    """The conversions for a project file, before the pools have names."""

    target: OpenedFile
    converted: tuple[Converted, ...]


def convert_all(
    request: UpgradeRequest,
    targets: Targets,
    sources: Sequence[AgentDeployment],
    not_uploaded: frozenset[str],
    notify: Observer,
) -> Iterator[Conversion]:
    """Convert *sources*, grouped by project file, and report progress to *notify*.

    Raises ProjectInvalid for an unreadable project file.
    """
    groups: dict[tuple[Path, Path], list[AgentDeployment]] = {}
    for each in sources:
        groups.setdefault(targets.of(each.path), []).append(each)
    done = 0
    for (path, root), own in groups.items():
        target = open_target(path, root, shown_path(path, request.directory))
        context = ConversionContext(
            root=root,
            dialect=target.dialect,
            reader=target.reader,
            sections=target.sections,
            not_uploaded=not_uploaded,
            pools=request.pools,
        )
        converted = []
        for source in own:
            converted.append(convert(source, context))
            done += 1
            notify(Counted("Converting deployments", done, len(sources)))
        yield Conversion(target, tuple(converted))


def merge_conversion(
    conversion: Conversion, names: Mapping[WantedPool, str], request: UpgradeRequest
) -> tuple[list[DeploymentResult], list[FileChange]]:
    """Return the results of the deployments for a project file, and the changed file."""
    target, converted = conversion.target, conversion.converted
    entries = [_with_pool(each, names) for each in converted]
    saying = [_says(each.source, request) for each in converted]
    rewritten = {index for index, each in enumerate(converted) if each.source.form is Form.PREFECT_1}
    merged = merge(target, entries, saying, rewritten)
    return list(_results(target, converted, entries, merged)), list(project_change(target, merged))


def _says(source: AgentDeployment, request: UpgradeRequest) -> Completeness:
    is_elsewhere = source.form is Form.SCRIPT and not request.writes_entries
    return Completeness.NOTHING if is_elsewhere else says(source)


def _with_pool(converted: Converted, names: Mapping[WantedPool, str]) -> dict[str, object]:
    """Return the entry with the name of its pool."""
    entry = dict(converted.entry)
    if converted.pool is not None:
        entry["work_pool"] = {"name": names[converted.pool], **entry.get("work_pool", {})}
    return entry


def _results(
    target: OpenedFile,
    converted: Sequence[Converted],
    entries: Sequence[Mapping[str, object]],
    merged: Merged,
) -> Iterator[DeploymentResult]:
    for index, (each, entry) in enumerate(zip(converted, entries, strict=True)):
        own = [*each.problems, *_refused(each, merged.problems.get(index, ())), *_notes(each, merged, index)]
        problems = tuple(in_file_order(own))
        yield DeploymentResult(each, entry, target.path, _status(index, merged, problems), problems)


def _refused(each: Converted, problems: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Yield the problems that keep a deployment out of the file, each with a location."""
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
