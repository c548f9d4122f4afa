"""The files of a project as read, before a target is selected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from syntask_yaml.document.reader import Document, read_file
from syntask_yaml.errors import NotFound, ProjectInvalid, SyntaskError, UsageError
from syntask_yaml.project.composition.files import ProjectFile, ProjectFiles, is_layered, read_files
from syntask_yaml.project.composition.targets import Target, choose_target, targets_of, usual_target
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.flows import FlowReader
from syntask_yaml.project.load import Project, load_project
from syntask_yaml.project.slips import lost_keys

# Returns the path of a file for display.
Show = Callable[[Path], str]


@dataclass(frozen=True)
class ProjectReading:
    """The files of a project, and its folder.

    *flows* creates the reader of its flows, if their files are elsewhere.
    """

    files: ProjectFiles
    root: Path
    dialect: Dialect
    strict: bool = False
    flows: Callable[[], FlowReader] | None = None

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        return targets_of(self._opened.root) if self.dialect is Dialect.SYNTASK else ()

    def choose(self, target: str | None) -> Project:
        """Return the project in the target *target*, or in the default one.

        Raises as `choose_target` does, and ProjectInvalid if the declaration of the targets is invalid.
        """
        try:
            chosen = choose_target(self.targets, target, project=self._opened.name)
        except (NotFound, UsageError):
            self._refuse_broken_targets()
            raise
        return self.project(chosen)

    def each(self, target: str | None = None) -> list[Project]:
        """Return the project in each of its targets, or in the named one; once if it has none."""
        if target is None and self.targets:
            return [self.project(each) for each in self.targets]
        return [self.choose(target)]

    def project(self, target: Target | None) -> Project:
        """Return the project in *target*, with its problems."""
        document = self._opened.document
        if self.dialect is Dialect.SYNTASK and (is_layered(document) or len(self.files.files) > 1):
            from syntask_yaml.project.composition.compose import compose

            document = compose(self.files, target, self._is_flow)
        loaded = load_project(document, self.root, dialect=self.dialect, strict=self.strict, target=target)
        return replace(loaded, file=self._opened.path, files=tuple(each.path for each in self.files.files))

    def usual(self, target: str | None) -> Project:
        """Return the project in the target *target*; else in the default one, or in the first."""
        return self.project(usual_target(self.targets)) if target is None else self.choose(target)

    def home_of(self, position: int) -> tuple[ProjectFile, int]:
        """Return the file of the deployment at *position* of the project, and its index there."""
        homes = [(file, int(entry.path[-1])) for file in self.files.files for entry in file.entries]
        return homes[position]

    def with_document(self, document: Document) -> ProjectReading:
        """Return this reading with another text of the file with the same name."""
        files = tuple(
            replace(each, document=document) if each.name == document.source.name else each
            for each in self.files.files
        )
        return replace(self, files=self.files._replace(files=files))

    def _refuse_broken_targets(self) -> None:
        problems = self.project(None).errors
        if "targets" in lost_keys(self._opened.root):
            raise ProjectInvalid([each for each in problems if len(each.path) < 2])
        if wrong := [each for each in problems if each.path[:1] == ("targets",)]:
            raise ProjectInvalid(wrong)

    @property
    def _opened(self) -> ProjectFile:
        return self.files.files[0]

    @cached_property
    def _reader(self) -> FlowReader:
        return FlowReader(self.root) if self.flows is None else self.flows()

    def _is_flow(self, entrypoint: str, name: str) -> bool:
        try:
            return self._reader.name(entrypoint) == name
        except SyntaskError:  # an invalid entrypoint is reported at its location
            return True


def read_project(file: Path, root: Path, *, show: Show, strict: bool = False) -> ProjectReading:
    """Read the project with the main file *file*, and all files that it includes."""
    dialect = Dialect.of(file.name)
    opened = ProjectFile(read_file(file, name=show(file)), file)
    files = read_files(opened, root, show) if dialect is Dialect.SYNTASK else ProjectFiles((opened,))
    return ProjectReading(files, root, dialect, strict)


def file_that_includes(file: Path, candidates: list[Path]) -> Path:
    """Return the outermost of *candidates* whose project includes *file*, or else *file* itself."""
    for candidate in reversed(candidates):
        if Dialect.of(candidate.name) is Dialect.SYNTASK and _may_include(candidate):
            found = read_project(candidate, candidate.parent, show=str).files.files
            if any(each.path.resolve() == file.resolve() for each in found[1:]):
                return candidate
    return file


def _may_include(file: Path) -> bool:
    try:
        return b"include" in file.read_bytes()
    except OSError:
        return False
