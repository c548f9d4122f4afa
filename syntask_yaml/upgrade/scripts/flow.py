"""The flow that a script passes, as an entrypoint relative to the project's folder."""

from __future__ import annotations

import ast
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from syntask_yaml.project.flows.definition import FlowDefinition, flows
from syntask_yaml.project.flows.files import python_files
from syntask_yaml.pysource.lookup import resolve
from syntask_yaml.pysource.module import SourceUnreadable
from syntask_yaml.pysource.scope import NameScope
from syntask_yaml.pysource.symbols import Definition, External, SourceExpression, Unknowable
from syntask_yaml.upgrade.scripts.constants import Dynamic
from syntask_yaml.upgrade.scripts.evaluate import Evaluator
from syntask_yaml.upgrade.scripts.reach import Closure, Frame, external_name, reach
from syntask_yaml.upgrade.template_text import TemplateText


@dataclass(frozen=True, slots=True)
class PassedFlow:
    """A flow: its *entrypoint*, and its name if the script sets another one."""

    entrypoint: str
    name: str = ""


@dataclass(frozen=True)
class ScriptProject:
    """The project in *root*, whose flows a script deploys."""

    root: Path

    @cached_property
    def files(self) -> Sequence[str]:
        """The Python files of the project, listed when a module is first not found beside the script."""
        return python_files(self.root)


@dataclass(frozen=True, slots=True)
class FlowFinder:
    """A finder of flows in *project*; *evaluator* evaluates the names and paths that are passed."""

    evaluator: Evaluator
    project: ScriptProject

    def passed(self, node: ast.expr, frame: Frame) -> PassedFlow:
        """Return the flow that *node* refers to. Raises Dynamic, or Unknowable."""
        try:
            reached = reach(node, frame)
        except Unknowable:
            if isinstance(node, ast.Name):
                return self._star_imported(node, frame)
            raise
        match reached:
            case Definition(scope=scope) as found:
                return PassedFlow(self._entrypoint(scope.module.path, found.name))
            case External(name=name) if "." in name:
                module, _, function = name.rpartition(".")
                return PassedFlow(self._elsewhere(f"{module.replace('.', '/')}.py", function, frame))
            case Closure(node=ast.Call() as call, frame=inner_frame):
                return self._made(call, inner_frame) or self._assigned(node, call, frame, inner_frame)
        raise Dynamic(node)

    def _star_imported(self, node: ast.Name, frame: Frame) -> PassedFlow:
        """Return a flow from `from module import *`, if only a run can find the module."""
        for each in ast.walk(frame.scope.module.tree):
            match each:
                case ast.ImportFrom(module=str(module), names=[ast.alias(name="*")], level=0):
                    place = f"{module.replace('.', '/')}.py"
                    entrypoint = self._elsewhere(place, node.id, frame)
                    if not entrypoint.startswith(f"{place}:"):
                        return PassedFlow(entrypoint)
        raise Dynamic(node)

    def _elsewhere(self, place: str, function: str, frame: Frame) -> str:
        """Return the flow in the only file that may be at *place*.

        The base is a folder that only a run knows: the current folder, or one in `PYTHONPATH`.
        """
        alike = (self.project.root / each for each in self.project.files if f"/{each}".endswith(f"/{place}"))
        found = [file for file in alike if function in self._flows(file, frame)]
        return self._entrypoint(found[0], function) if len(found) == 1 else f"{place}:{function}"

    def _flows(self, file: Path, frame: Frame) -> list[str]:
        """Return the functions of the flows of a file; empty for an unreadable file."""
        try:
            module = frame.scope.index.read(file)
        except SourceUnreadable:
            return []
        return [each.name for each in flows(NameScope(frame.scope.index, module, frame.scope.search))]

    def _made(self, call: ast.Call, inner_frame: Frame) -> PassedFlow | None:
        """Return the flow of `other.with_options(…)` or `FlowScript(path=…)`."""
        if isinstance(call.func, ast.Attribute) and call.func.attr == "with_options":
            inner = self.passed(call.func.value, inner_frame)
            return PassedFlow(inner.entrypoint, self._text(call, "name", inner_frame) or inner.name)
        name = external_name(call.func, inner_frame)
        if name.startswith("prefect.") and name.endswith(".FlowScript"):
            return self.inside(
                self._text(call, "path", inner_frame), self._text(call, "name", inner_frame), inner_frame
            )
        return None

    def _assigned(self, node: ast.expr, call: ast.Call, frame: Frame, inner_frame: Frame) -> PassedFlow:
        """Return a flow that is bound to a variable: `main = flow(function)`."""
        symbol = resolve(node, frame.scope) if isinstance(node, ast.Name) else None
        if isinstance(symbol, SourceExpression) and _makes_flow(call.func, inner_frame):
            return PassedFlow(self._entrypoint(symbol.scope.module.path, symbol.name))
        raise Dynamic(node)

    def _text(self, call: ast.Call, key: str, frame: Frame) -> str:
        for keyword in call.keywords:
            if keyword.arg == key:
                value = self.evaluator.evaluate(keyword.value, frame).value
                if not isinstance(value, str) or isinstance(value, TemplateText):
                    raise Dynamic(keyword.value)
                return value
        return ""

    def inside(self, place: str, name: str, frame: Frame) -> PassedFlow:
        """Return the flow *name*, or the only one, of the file at *place*; without *place*, of the script."""
        folder = frame.scope.module.path.parent
        file = next(
            (path for each in (folder, self.project.root) if (path := each / place).is_file()), folder / place
        )
        try:
            module = frame.scope.index.read(file) if place else frame.scope.module
        except SourceUnreadable:
            return PassedFlow(f"{place}:{_as_function(name)}")
        found = flows(NameScope(frame.scope.index, module, frame.scope.search))
        named = [each.name for each in found if not name or name in _names(each)]
        return PassedFlow(self._entrypoint(module.path, named[0] if len(named) == 1 else _as_function(name)))

    def _entrypoint(self, file: Path, function: str) -> str:
        return f"{Path(os.path.relpath(file, self.project.root)).as_posix()}:{function}"


def _makes_flow(func: ast.expr, inner_frame: Frame) -> bool:
    """Return whether a call is `flow(function)` or `flow(name=…)(function)`."""
    inner = func.func if isinstance(func, ast.Call) else func
    return external_name(inner, inner_frame) == "prefect.flow"


def _names(flow: FlowDefinition) -> tuple[str, ...]:
    """Return the possible names of a flow."""
    named = flow.options.name if flow.options else None
    return (flow.name, flow.name.replace("_", "-"), *((named,) if named else ()))


def _as_function(name: str) -> str:
    return name.replace("-", "_").replace(" ", "_")
