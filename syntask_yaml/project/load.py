"""Load a project from a file: read, check, bind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from syntask_yaml.diagnostics import Diagnostic, each_once, in_file_order, without_ignored
from syntask_yaml.diagnostics import Path as TreePath
from syntask_yaml.document.node import Node
from syntask_yaml.document.reader import Document
from syntask_yaml.model.resource import ResourceKind
from syntask_yaml.project.composition.targets import Target
from syntask_yaml.project.composition.values import ResolvedValues, Values, values_of
from syntask_yaml.project.declaration import Declaration, declare, label_of, texts_in_fields
from syntask_yaml.project.dialect import OWN_PROJECT_KEYS, TOLERATED_IN_SCRIPTS, Dialect, is_own_key
from syntask_yaml.project.entry_problems import touched, with_entries
from syntask_yaml.project.resources.declared import DeclaredResource, resources_of
from syntask_yaml.project.rules import check_rules
from syntask_yaml.project.schema import check_schema
from syntask_yaml.project.sections import SECTIONS, Sections
from syntask_yaml.project.slips import lost_keys
from syntask_yaml.project.static import check_names, static_scope
from syntask_yaml.template import Anything, Texts


@dataclass(frozen=True, slots=True)
class Project:
    """A project file and its folder.

    *name* is None if the file does not declare one: its deployments then have no owner. *file* is the path of
    the file, None for a text that is not a file; *files* are all files of the project. *resources* and
    *values* are as written. *target* is the selected environment. *worked_on* is the root in the working
    tree, if this project is that of a commit.
    """

    name: str | None
    root: Path
    dialect: Dialect
    document: Document
    sections: Sections
    declarations: tuple[Declaration, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    is_strict: bool = False
    file: Path | None = None
    files: tuple[Path, ...] = ()
    resources: tuple[DeclaredResource, ...] = ()
    target: Target | None = None
    values: Values = field(default_factory=dict)
    worked_on: Path | None = None

    def judge(self, problem: Diagnostic) -> Diagnostic:
        """Return the problem with its severity in this project; if it is strict, warnings are errors."""
        judged = self.dialect.judge(problem)
        if self.file is None and problem.code in TOLERATED_IN_SCRIPTS:
            judged = judged.as_warning()
        return judged.as_error() if self.is_strict else judged

    @property
    def home(self) -> Path:
        """The root in the working tree."""
        return self.worked_on or self.root

    @property
    def folder(self) -> Path:
        """The directory of the file; paths of resources are relative to it."""
        return self.root if self.file is None else self.file.parent

    def names_of(self, kind: ResourceKind) -> frozenset[str]:
        """Return the names of the declared resources of a *kind*."""
        return frozenset(each.name for each in self.resources if each.kind is kind)

    def resource(self, kind: ResourceKind, name: str) -> DeclaredResource | None:
        """Return the declared resource of a *kind* with *name*."""
        found = (each for each in self.resources if (each.kind, each.name) == (kind, name))
        return next(found, None)

    @property
    def owner(self) -> str | None:
        """The owner of the deployments: the project, in its target. None for a project without a name."""
        if self.name is None or self.target is None:
            return self.name
        return f"{self.name}:{self.target.name}"

    @property
    def title(self) -> str:
        """The title of the project: its name, or else that of its directory, and the target."""
        name = self.name or self.root.name
        return name if self.target is None else f"{name}:{self.target.name}"

    @property
    def deploy_command(self) -> str:
        """The command that deploys all of it, in the selected target."""
        is_said = self.target is not None and not self.target.is_default
        return f"syntask deploy --all{f' -t {self.target.name}' if self.target and is_said else ''}"

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The errors of the project as a whole, rather than of one of its deployments."""
        inside = {error for declaration in self.declarations for error in declaration.errors}
        return tuple(each for each in self.diagnostics if each.is_error and each not in inside)


def load_project(
    document: Document, root: Path, *, dialect: Dialect, strict: bool = False, target: Target | None = None
) -> Project:
    """Return the project of *document* in *target*, with all its problems: as errors if *strict*."""
    tree = document.root
    sections = Sections(tree, dialect)
    entries = _entries(tree)
    texts = [texts_in_fields(entry) for entry in entries]
    values, value_problems = values_of(tree, target) if dialect is Dialect.SYNTASK else ({}, [])
    problems = [
        *with_entries([*filter(dialect.concerns, document.diagnostics)], tree),
        *value_problems,
        *(_check(tree, entries, texts, sections, values) if document.is_readable else ()),
        *(_own_keys(tree, entries) if dialect is Dialect.PREFECT else ()),
    ]
    judged = _judged(problems, dialect, tree, entries)
    diagnostics = each_once(problem.as_error() if strict else problem for problem in judged)
    errors = _errors_by_entry(diagnostics)
    return Project(
        name=_name(tree),
        root=root,
        dialect=dialect,
        document=document,
        sections=sections,
        declarations=tuple(
            declare(entry, sections, found, errors.get(entry.path, ()))
            for entry, found in zip(entries, texts, strict=True)
        ),
        diagnostics=diagnostics,
        is_strict=strict,
        resources=resources_of(tree) if dialect is Dialect.SYNTASK else (),
        target=target,
        values=values,
    )


def _entries(tree: Node) -> list[Node]:
    deployments = tree.get("deployments")
    if deployments is None or not isinstance(deployments.value, list):
        return []
    return [entry for entry in deployments.children() if isinstance(entry.value, dict)]


def _judged(
    problems: Sequence[Diagnostic], dialect: Dialect, tree: Node, entries: Iterable[Node]
) -> Iterator[Diagnostic]:
    """Yield *problems* in file order, with their severity in *dialect* and the affected entries."""
    labels = {entry.path: label_of(entry) for entry in entries}
    for problem in in_file_order(without_ignored(problems)):
        names = tuple(labels[path] for path in touched(problem, labels, tree))
        yield replace(dialect.judge(problem), entries=names)


def _errors_by_entry(diagnostics: Iterable[Diagnostic]) -> dict[TreePath, tuple[Diagnostic, ...]]:
    errors: dict[TreePath, list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        if diagnostic.is_error and diagnostic.path[:1] == ("deployments",):
            errors.setdefault(diagnostic.path[:2], []).append(diagnostic)
    return {path: tuple(found) for path, found in errors.items()}


def _check(
    tree: Node, entries: list[Node], texts: list[Texts], sections: Sections, values: Values
) -> Iterator[Diagnostic]:
    yield from check_schema(tree)
    for section in sections.shared.values():
        yield from section.diagnostics if section else ()
    for entry in entries:
        yield from check_rules(entry)
        for name in SECTIONS:
            section = sections.of(entry, name)
            yield from section.diagnostics if section else ()
    static_values = ResolvedValues(values, static_scope()) if values else None
    open_values = static_values or (Anything() if "values" in lost_keys(tree) else None)
    yield from check_names(tree, zip(entries, texts, strict=True), sections, open_values)
    yield from static_values.check() if static_values is not None else ()
    if tree.get("resources") is not None:
        from syntask_yaml.project.resources.check import check_resources

        yield from check_resources(tree, open_values)


def _own_keys(tree: Node, entries: Iterable[Node]) -> Iterator[Diagnostic]:
    own = [(entry, [key for key in entry.value if is_own_key(key)]) for entry in entries]
    for mapping, keys in ((tree, OWN_PROJECT_KEYS), *own):
        for node in filter(None, map(mapping.get, keys)):
            detail = f"`{node.path[-1]}` has no effect in a `prefect.yaml`, because Prefect ignores it."
            yield node.problem("unknown-key", detail, "Use it in a `syntask.yaml`.", at_key=True)


def _name(tree: Node) -> str | None:
    name = tree.get("name")
    return name.value if name is not None and isinstance(name.value, str) and name.value else None
