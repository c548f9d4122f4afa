"""Bind a declared resource: resolve its templates, check its fields, read its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.node import Node
from syntask_yaml.files import read_regular
from syntask_yaml.model.comparison import plain
from syntask_yaml.model.job_template import template_problem
from syntask_yaml.model.resource import Resource, ResourceKind
from syntask_yaml.model.value import Value, flag, read_json
from syntask_yaml.project.resources.declared import DeclaredResource
from syntask_yaml.project.schema import check_resolved
from syntask_yaml.project.static import as_diagnostic
from syntask_yaml.template import Blocks, Scope, Unresolved, resolve

_TEMPLATE = "base_job_template"
_PATHS = "The path is relative to the project file."
_EXAMPLE = "Write it as `syntask work-pool get-default-template` prints one."
_Read: TypeAlias = Callable[[Any], dict[str, Value]]


class BoundResource(NamedTuple):
    """A declared resource and its resolved value; None if there are problems."""

    declared: DeclaredResource
    resource: Resource | None
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def label(self) -> str:
        """The display name, whether or not there are problems."""
        return f"{self.declared.kind.value} {self.declared.name}"

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(each for each in self.diagnostics if each.is_error)


class _Form(NamedTuple):
    """The form of a kind: the *definition* of the schema for its value, and how its fields are read.

    *flags* are boolean fields. *needed* fields require a value; null in any other field removes the backend's
    value.
    """

    definition: str = ""
    read: _Read = dict
    flags: frozenset[str] = frozenset()
    needed: frozenset[str] = frozenset()

    def fields(self, value: Any) -> dict[str, Value]:
        given = self.read(value)
        named = {
            key: flag(item) if key in self.flags and item is not None else item for key, item in given.items()
        }
        return {key: item for key, item in named.items() if item is not None or key not in self.needed}


def _read_limit(value: Any) -> dict[str, Value]:
    return dict(value) if isinstance(value, Mapping) else {"limit": value}


def _read_maybe_empty(value: Any) -> dict[str, Value]:
    return dict(value or {})


_PAUSED, _ACTIVE = frozenset({"paused"}), frozenset({"active"})
_FORMS: Mapping[ResourceKind, _Form] = {
    ResourceKind.WORK_POOL: _Form("declared_work_pool", flags=_PAUSED, needed=_PAUSED | {_TEMPLATE}),
    ResourceKind.WORK_QUEUE: _Form(
        "declared_work_queue", _read_maybe_empty, flags=_PAUSED, needed=_PAUSED | {"priority"}
    ),
    ResourceKind.VARIABLE: _Form(read=lambda value: {"value": value}),
    ResourceKind.BLOCK: _Form("declared_block", _read_maybe_empty),
    ResourceKind.CONCURRENCY_LIMIT: _Form(
        "declared_concurrency_limit",
        _read_limit,
        flags=_ACTIVE,
        needed=_ACTIVE | {"limit", "slot_decay_per_second"},
    ),
}


def templates_of(declared: DeclaredResource) -> Any:
    """Return the value of *declared* without queues, which are resources, and a base job template."""
    value = declared.node.value
    if declared.kind is not ResourceKind.WORK_POOL or not isinstance(value, Mapping):
        return value
    return {
        key: item
        for key, item in value.items()
        if key != "queues" and not (key == _TEMPLATE and isinstance(item, Mapping))
    }


def bind_resource(declared: DeclaredResource, scope: Scope, folder: Path) -> BoundResource:
    """Resolve *declared*, which is not an automation, in *scope*. Its files are relative to *folder*."""
    found: list[Unresolved] = []
    value = resolve(templates_of(declared), scope.with_blocks(Blocks.REFUSE), found.append)
    problems = [as_diagnostic(each, declared.node) for each in found]
    form = _FORMS[declared.kind]
    if not problems and form.definition:
        whole = form.read(value) if declared.kind is ResourceKind.CONCURRENCY_LIMIT else value
        problems += check_resolved(declared.node.with_value(whole), whole, form.definition)
    if problems:
        return BoundResource(declared, None, tuple(problems))
    fields = form.fields(value)
    if declared.kind is ResourceKind.WORK_POOL:
        problems += _add_template(fields, declared.node, folder)
    resource = None if problems else Resource(declared.kind, declared.name, fields)
    return BoundResource(declared, resource, tuple(problems))


def _add_template(fields: dict[str, Value], pool: Node, folder: Path) -> list[Diagnostic]:
    """Add the base job template of *pool*, if any, to its *fields*. Return the problems."""
    node = pool.get(_TEMPLATE)
    if node is None or node.value is None:
        return []
    path = fields.get(_TEMPLATE)
    name = f"The base job template `{path}`" if isinstance(path, str) else "The base job template"
    try:
        template = read_json(read_regular(folder / path)) if isinstance(path, str) else node.value
    except (OSError, ValueError) as error:
        hint = _PATHS if isinstance(error, OSError) else _EXAMPLE
        return [node.problem("file-failed", f"{name} cannot be read: {_reason(error)}.", hint)]
    if problem := template_problem(template):
        return [node.problem("wrong-value", f"{name} cannot be used: {problem}.")]
    fields[_TEMPLATE] = plain(template)
    return [
        node.problem("missing-key", f"A base job template requires `{key}`, and this one has none.")
        for key in ("job_configuration", "variables")
        if key not in template
    ]


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    return str(error.strerror) if isinstance(error, OSError) and error.strerror else str(error)
