"""Open and validate a project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from syntask_yaml.diagnostics import Diagnostic, each_once, in_file_order
from syntask_yaml.document.node import Node
from syntask_yaml.document.reader import Document
from syntask_yaml.errors import NotFound
from syntask_yaml.files import shown_path
from syntask_yaml.model.builtin import claims_to_be_builtin
from syntask_yaml.model.resource import ResourceKind
from syntask_yaml.model.step import Step
from syntask_yaml.operations.flow_checks import check_unique, flow_of, problems_with, values_as_written
from syntask_yaml.operations.full_names import with_full_names
from syntask_yaml.project.declaration import Declaration
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.flows import Flow, FlowReader
from syntask_yaml.project.load import Project, load_project
from syntask_yaml.project.locate import FILE_NAMES, find_project_file, project_files_above
from syntask_yaml.project.reading import ProjectReading, file_that_includes, read_project
from syntask_yaml.project.slips import lost_keys
from syntask_yaml.source import Source
from syntask_yaml.template import is_template

_NO_FILE_HINT = (
    "Run `syntask init` to create one with all flows, or `syntask deployment add "
    "ENTRYPOINT` for a single flow. To use another file, pass `--file PATH`."
)


class ProjectLocation(NamedTuple):
    """The location of a project: *file*, or the nearest from *directory* up or the one that includes it.

    *target* is the requested environment; None: the default one.
    """

    directory: Path
    file: Path | None = None
    strict: bool = False
    target: str | None = None


def open_project(location: ProjectLocation) -> Project:
    """Return the project at *location*, with its problems.

    Raises NotFound if there is no file or no such target, UsageError if a target must be named.
    """
    return read(location).choose(location.target)


def read(location: ProjectLocation) -> ProjectReading:
    """Read the files of the project at *location*. Raises NotFound if there are none."""
    if location.file is not None:
        file, named = location.directory / location.file, str(location.file)
        show = lambda path: named if path == file else shown_path(path, location.directory)  # noqa: E731
        return read_project(file, location.directory, show=show, strict=location.strict)
    found = find_project_file(location.directory)
    if found is None:
        names = ", ".join(f"`{name}`" for name in FILE_NAMES)
        detail = f"No project file ({names}) in this directory or its parents."
        raise NotFound(detail, hint=_hint_without_file(location.directory))
    file = file_that_includes(found, project_files_above(found))
    show = lambda path: shown_path(path, location.directory)  # noqa: E731
    return read_project(file, file.parent, show=show, strict=location.strict)


def default_project(location: ProjectLocation) -> Project | None:
    """Return the project at *location* in its default target; None if there is neither."""
    reading = read(location)
    target = next((each for each in reading.targets if each.is_default), None)
    return None if target is None else reading.project(target)


def is_prefect_project(location: ProjectLocation) -> bool:
    """Return whether the project file is one of Prefect's, judging by its name."""
    file = location.file or find_project_file(location.directory)
    return file is not None and Dialect.of(file.name) is Dialect.PREFECT


def declared_project(content: Mapping[str, Any], root: Path, *, source: Source, at: int = 0) -> Project:
    """Return the project of *content*, the mappings and lists of a project file as values.

    Every value has the location *at* of *source*, the code that declares it. Templates work as in a file.
    """
    document = Document(source, Node(content, source, at))
    return load_project(document, root, dialect=Dialect.SYNTASK)


def _hint_without_file(directory: Path) -> str:
    """Return the hint for a missing project file; deployments of agents are converted."""
    from syntask_yaml.project.agent_files import find_agent_files, upgrade_command

    found = find_agent_files(directory)
    if not found:
        return _NO_FILE_HINT
    if len(found) == 1:
        return f"`{found[0]}` is a file of Prefect 2. `{upgrade_command()}` shows how to convert it."
    files = f"`{found[0]}` and {len(found) - 1} more"
    return f"{files} are files of Prefect 2. `{upgrade_command()}` shows how to convert them."


def validate(
    project: Project,
    *,
    flows: FlowReader | None,
    strict: bool = False,
    only: Sequence[Declaration] | None = None,
) -> list[Diagnostic]:
    """Return all problems that can be found without a backend and an environment, in file order.

    *flows* None skips checks of the flows, as when only the file is available. *only* leaves out the problems
    of other declarations.
    """
    meant = project.declarations if only is None else only
    found = [] if flows is None else list(_check_flows(project, meant, flows))
    judged = [project.judge(problem) for problem in found]
    own = project.diagnostics if only is None else problems_of(project, only)
    problems = [
        *own,
        *_check_backend(project),
        *(problem.as_error() if strict else problem for problem in judged),
    ]
    return in_file_order(each_once(with_full_names(problems, project, flows)))


def _check_backend(project: Project) -> Iterator[Diagnostic]:
    """Yield the problems with the target's backend that are known without connecting to it."""
    written = project.target.backend if project.target is not None else None
    if written is not None and not is_template(written.value):
        from syntask_yaml.backend.connect import why_no_backend

        if problem := why_no_backend(str(written.value)):
            yield written.problem("wrong-value", *problem)
    if project.names_of(ResourceKind.BLOCK) or project.names_of(ResourceKind.WORK_POOL):
        from syntask_yaml.project.resources.known_types import check_types  # few projects need it

        yield from map(project.judge, check_types(project.resources, written))


class StepChecker:
    """Checks the inputs of custom steps against their functions, which are parsed and not executed.

    Lists shared by several deployments are checked once.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[int, list[Diagnostic]] = {}

    def check(self, declaration: Declaration) -> Iterator[Diagnostic]:
        """Yield the problems of the steps of a declaration."""
        pull = declaration.pull or ()
        for steps in (declaration.build, declaration.push, pull):
            if id(steps) not in self._known:
                self._known[id(steps)] = list(self._check(steps, is_pull=steps is pull))
            yield from self._known[id(steps)]

    def _check(self, steps: Iterable[Step], *, is_pull: bool) -> Iterator[Diagnostic]:
        for step in steps:
            # The file check reports problems of built-in steps, and names that are not steps.
            if claims_to_be_builtin(step.name) or "." not in step.name:
                continue
            from syntask_yaml.steps.inputs import check_inputs  # few projects need this import

            place = self._project.document.root.at(step.path)
            for problem in check_inputs(step, self._project.root):
                node = place.get(problem.input_name) if problem.input_name else None
                found = (node or place).problem(problem.code, problem.detail, problem.hint, at_key=True)
                # The function of a pull step may exist only in the environment of the run.
                yield found.as_warning() if is_pull and problem.code == "unknown-step" else found


def problems_of(project: Project, declarations: Iterable[Declaration]) -> list[Diagnostic]:
    """Return the problems of the file as a whole, and of the entries of *declarations*."""
    entries = {declaration.node.path for declaration in declarations}
    return [
        problem
        for problem in project.diagnostics
        if problem.path[:1] != ("deployments",) or problem.path[:2] in entries
    ]


def warnings_of(
    project: Project, declarations: Iterable[Declaration], reader: FlowReader
) -> list[Diagnostic]:
    """Return the warnings about the file as a whole, and about the entries of *declarations*."""
    found = (problem for problem in problems_of(project, declarations) if not problem.is_error)
    return with_full_names(found, project, reader)


def _check_flows(
    project: Project, declarations: Iterable[Declaration], reader: FlowReader
) -> Iterator[Diagnostic]:
    seen: dict[tuple[str, str], Declaration] = {}
    steps = StepChecker(project)
    has_defaults = "defaults" not in lost_keys(project.document.root)
    values = values_as_written(project)
    for declaration in declarations:
        yield from steps.check(declaration)
        flow = flow_of(declaration, reader)
        found = problems_with(flow, declaration, values)
        yield from (each for each in found if has_defaults or each.code != "missing-parameter")
        if isinstance(flow, Flow):
            yield from check_unique(
                seen, declaration, flow.name, declaration.name, shown=declaration.written_name
            )
