"""Check the resources of a file, independent of the backend."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.node import Node
from syntask_yaml.model.names import NAME_HINT, name_problem
from syntask_yaml.model.resource import ResourceKind
from syntask_yaml.model.secret import is_secret_name, is_secret_value
from syntask_yaml.project.automations import check_automations
from syntask_yaml.project.resources.bind import templates_of
from syntask_yaml.project.resources.declared import DeclaredResource, resources_of
from syntask_yaml.project.static import as_diagnostic, static_scope
from syntask_yaml.template import Blocks, Scope, Unresolved, resolve

_BLOCK = re.compile(r"[^/\s]+/[^/\s]+")
# The kinds whose names every backend checks.
_NAMED = frozenset({ResourceKind.WORK_POOL, ResourceKind.WORK_QUEUE, ResourceKind.CONCURRENCY_LIMIT})


def check_resources(tree: Node, values: Mapping[str, Any] | None = None) -> Iterator[Diagnostic]:
    """Yield all violations of the rules by the resources of a file.

    *values* are those of the project; None if it declares none.
    """
    declared = resources_of(tree)
    scope = static_scope((), values).with_blocks(Blocks.REFUSE)
    for each in declared:
        if each.kind is not ResourceKind.AUTOMATION:
            yield from _check_templates(each, scope)
            yield from _check_name(each)
        if each.kind is ResourceKind.BLOCK and not _BLOCK.fullmatch(each.name):
            detail = f"`{each.name[:60]}` is not the type and the name of a block."
            yield each.node.problem("wrong-value", detail, "Write `TYPE/NAME:`.", at_key=True)
        looks = each.kind is ResourceKind.VARIABLE and _why_secret(each)
        if looks:
            detail = f"The variable `{each.name}` {looks}, and everybody can read variables."
            hint = f"Declare a block instead: `blocks: {{secret/{each.name}: {{value: …}}}}`."
            yield each.node.problem("secret-in-clear", detail, hint, at_key=True).as_warning()
    yield from _check_priorities(declared)
    yield from check_automations(tree, values)


def _why_secret(variable: DeclaredResource) -> str:
    if is_secret_name(variable.name):
        return "is named like a secret"
    value = variable.node.value
    return "has a value that looks like a secret" if is_secret_value(value) else ""


def _check_name(declared: DeclaredResource) -> Iterator[Diagnostic]:
    problem = name_problem(declared.kind.value, str(declared.node.path[-1]))
    if problem and declared.kind in _NAMED:
        yield declared.node.problem("invalid-name", problem, NAME_HINT, at_key=True)


def _check_templates(declared: DeclaredResource, scope: Scope) -> Iterator[Diagnostic]:
    found: list[Unresolved] = []
    resolve(templates_of(declared), scope, found.append)
    yield from (as_diagnostic(each, declared.node) for each in found)


def _check_priorities(declared: Sequence[DeclaredResource]) -> Iterator[Diagnostic]:
    """Yield queues with the priority of another queue of the pool: each deploy would move one of them."""
    seen: dict[tuple[str, object], DeclaredResource] = {}
    for each in declared:
        node = each.node.get("priority") if each.kind is ResourceKind.WORK_QUEUE else None
        if node is None or not isinstance(node.value, int):
            continue
        pool, _, queue = each.name.rpartition("/")
        first = seen.setdefault((pool, node.value), each)
        if first is not each:
            other = first.name.rpartition("/")[2]
            detail = f"The queues `{other}` and `{queue}` of the work pool `{pool}` have the same priority."
            yield node.problem("wrong-value", detail, "Give each queue a different priority.")
