"""The values of a project: `{{ values.bucket }}` in any field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from syntask_yaml.diagnostics import Diagnostic, did_you_mean
from syntask_yaml.document.node import Node
from syntask_yaml.model.value import Unknown
from syntask_yaml.project.composition.targets import Target
from syntask_yaml.project.slips import lost_keys, slip_of
from syntask_yaml.project.static import as_diagnostic
from syntask_yaml.template import Blocks, Missing, Scope, Unresolved, resolve

Values = Mapping[str, Node]


def values_of(root: Node, target: Target | None) -> tuple[Values, list[Diagnostic]]:
    """Return the values of a project in *target*, as they are written, and their problems."""
    declared = root.get("values")
    found: dict[str, Node] = {}
    problems = []
    if declared is not None and isinstance(declared.value, dict):
        given = {str(node.path[-1]): node for node in target.values} if target is not None else {}
        for node in declared.children():
            name = str(node.path[-1])
            value = given.get(name) or (node.get("default") if isinstance(node.value, dict) else None)
            if value is not None:
                found[name] = value
                continue
            if isinstance(node.value, dict) and not slip_of("default", node.value, "value"):
                problems.append(_without_value(node, name, target))
            found[name] = node.with_value(Unknown(name))  # references to it are not reported too
    if "values" not in lost_keys(root):
        problems += _unknown(found, target)
    return found, problems


def _without_value(node: Node, name: str, target: Target | None) -> Diagnostic:
    where = "" if target is None else f" in the target `{target.name}`"
    hint = f"Add `default:`, or `values: {{{name}: …}}` to the target."
    return node.problem("missing-key", f"The value `{name}` is not set{where}.", hint, at_key=True)


def _unknown(declared: Values, target: Target | None) -> Iterator[Diagnostic]:
    for node in target.values if target is not None else ():
        name = str(node.path[-1])
        if name not in declared:
            hint = did_you_mean(
                name, declared, otherwise=f"Declare it: `values: {{{name}: {{default: …}}}}`."
            )
            yield node.problem("unknown-key", f"The project declares no value `{name}`.", hint, at_key=True)


class ResolvedValues(Mapping[str, Any]):
    """The values, each with its templates resolved by a scope on first use.

    A value may refer to others. An unresolvable value is Missing, with the reason and location in *problems*.
    """

    def __init__(self, declared: Values, scope: Scope) -> None:
        self._declared = declared
        self._scope = replace(scope.with_blocks(Blocks.REFUSE), values=self)
        self._resolved: dict[str, Any] = {}
        self._open: list[str] = []
        self.problems: list[Diagnostic] = []

    def __getitem__(self, name: str) -> Any:
        if name not in self._resolved:
            self._resolved[name] = self._resolve(self._declared[name], name)
        return self._resolved[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._declared)

    def __len__(self) -> int:
        return len(self._declared)

    def check(self) -> list[Diagnostic]:
        """Return all problems of the templates in the values."""
        for name in self:
            self[name]
        return self.problems

    def _resolve(self, node: Node, name: str) -> Any:
        if name in self._open:
            chain = " → ".join(f"`{each}`" for each in (*self._open[self._open.index(name) :], name))
            return Missing("invalid-template", f"The value refers to itself: {chain}.", "Remove a reference.")
        self._open.append(name)
        found: list[Unresolved] = []
        resolved = resolve(node.value, self._scope, found.append)
        self._open.pop()
        self.problems += [as_diagnostic(each, node) for each in found]
        if not found:
            return resolved
        # In a static scope, the problem is reported once, at the value itself.
        return Unknown(name) if self._scope.is_static else _because_of(name, found[0], node)


def _because_of(name: str, found: Unresolved, node: Node) -> Missing:
    reason, detail = found.reason, f"The value `{name}` cannot be resolved. {found.reason.detail}"
    return Missing(reason.code, detail, reason.hint, as_diagnostic(found, node))
