"""The calls in a script that build deployments, and the calls that apply them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from syntask_yaml.pysource.bindings import Binding, ImportedName
from syntask_yaml.pysource.scope import NameScope
from syntask_yaml.upgrade.scripts.reach import Frame, external_name
from syntask_yaml.upgrade.scripts.surroundings import scope_at


class BuildKind(Enum):
    """The way a script builds a deployment: from a flow, field by field, or as in the first versions."""

    BUILT = "build_from_flow"
    CONSTRUCTED = "Deployment"
    SPECIFIED = "DeploymentSpec"


_MODULES = re.compile(r"^prefect\.(?:deployments\.){0,2}")
# The arguments of deployments in the first versions, which a separate command applied.
_OF_FIRST = frozenset({"flow_runner", "flow_location", "flow_storage"})

_KINDS: Mapping[str, BuildKind] = {
    "Deployment.build_from_flow": BuildKind.BUILT,
    "Deployment": BuildKind.CONSTRUCTED,
    "DeploymentSpec": BuildKind.SPECIFIED,
}


@dataclass(frozen=True, slots=True)
class BuildCall:
    """A call that builds a deployment. *around* are its enclosing nodes, the module first."""

    node: ast.Call
    kind: BuildKind
    around: tuple[ast.AST, ...]

    @property
    def outer(self) -> ast.AST:
        """The enclosing call or `await`."""
        return next(each for each in reversed(self.around) if not isinstance(each, ast.Await))

    @property
    def variable(self) -> str:
        """The variable that is bound to the deployment; empty if there is none."""
        match self.outer:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                return name
            case ast.NamedExpr(target=ast.Name(id=name)):
                return name
        return ""


def walk(tree: ast.Module) -> Iterator[tuple[ast.AST, tuple[ast.AST, ...]]]:
    """Yield every node with its enclosing nodes, in source order."""
    waiting: list[tuple[ast.AST, tuple[ast.AST, ...]]] = [(tree, ())]
    while waiting:
        node, around = waiting.pop()
        yield node, around
        inner = (*around, node)
        waiting += [(child, inner) for child in reversed(list(ast.iter_child_nodes(node)))]


class Calls:
    """The calls of the module that ends at *scope*."""

    def __init__(self, scope: NameScope) -> None:
        self.scope = scope
        self._all = [(node, around) for node, around in walk(scope.module.tree) if isinstance(node, ast.Call)]

    @cached_property
    def building(self) -> Sequence[BuildCall]:
        """The calls that build deployments, identified by the imports of their names."""
        found = ((node, around, self._kind(node, around)) for node, around in self._all)
        return [BuildCall(node, kind, around) for node, around, kind in found if kind]

    def of_function(self, name: str) -> list[tuple[ast.Call, tuple[ast.AST, ...]]]:
        """Return the calls of a function of the module, with their enclosing nodes."""
        return [
            (node, around)
            for node, around in self._all
            if isinstance(node.func, ast.Name) and node.func.id == name
        ]

    def application(self, build: BuildCall) -> ast.Call | None:
        """Return the first call of `apply` on the result of *build*, if there is one."""
        return next(self.applications(build), None)

    def applications(self, build: BuildCall) -> Iterator[ast.Call]:
        """Yield the calls of `apply` on the result of *build*, or on its variable."""
        for node, _ in self._all:
            match node.func:
                case ast.Attribute(attr="apply", value=receiver) if self._is_of(receiver, build):
                    yield node

    @cached_property
    def may_apply_others(self) -> bool:
        """Whether a call of `apply` has a receiver that cannot be resolved."""
        known = {each.variable for each in self.building if each.variable}
        receivers = [
            node.func.value
            for node, _ in self._all
            if isinstance(node.func, ast.Attribute) and node.func.attr == "apply"
        ]
        return any(
            not (isinstance(each, ast.Name) and each.id in known)
            and not any(self._is_of(each, other) for other in self.building)
            for each in receivers
        )

    def _is_of(self, receiver: ast.expr, build: BuildCall) -> bool:
        if isinstance(receiver, ast.Await):
            receiver = receiver.value
        is_named = isinstance(receiver, ast.Name) and receiver.id == build.variable != ""
        return receiver is build.node or is_named

    def _hidden_name(self, node: ast.expr) -> str:
        """Return the qualified name by the name's import, even if `from module import *` may rebind it."""
        names = self.scope.module.names
        match node:
            case ast.Attribute(value=value, attr=attribute):
                return f"{self._hidden_name(value)}.{attribute}"
            case ast.Name(id=name) if names.stars:
                match names.names.get(name, ()):
                    case [*_, Binding(origin=ImportedName(module=module, name=imported, level=0))]:
                        return f"{module}.{imported}"
        return ""

    def _kind(self, node: ast.Call, around: tuple[ast.AST, ...]) -> BuildKind | None:
        match node.func:
            case ast.Name() | ast.Attribute(attr="build_from_flow" | "Deployment" | "DeploymentSpec"):
                name = external_name(node.func, Frame(scope_at(node, around, self.scope)))
                name = name or self._hidden_name(node.func)
            case _:
                return None
        inner = _MODULES.sub("", name)
        kind = _KINDS.get(inner) if inner != name else None
        is_first = kind is BuildKind.CONSTRUCTED and any(each.arg in _OF_FIRST for each in node.keywords)
        return BuildKind.SPECIFIED if is_first else kind
