"""The flow that a script passes, as an entrypoint from the folder of the project."""

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
    """A flow: its *entrypoint*, and its name where the script gives it another one."""

    entrypoint: str
    name: str = ""


@dataclass(frozen=True)
class ScriptProject:
    """The project in *root* that a script deploys flows of."""

    root: Path

    @cached_property
    def files(self) -> Sequence[str]:
        """Its Python files, which are listed for the first module that is not where the script is."""
        return python_files(self.root)


@dataclass(frozen=True, slots=True)
class FlowFinder:
    """Finds flows of *project*; *evaluator* knows the names and paths that are passed."""

    evaluator: Evaluator
    project: ScriptProject

    def passed(self, node: ast.expr, frame: Frame) -> PassedFlow:
        """The flow that *node* stands for. Raises Dynamic, or Unknowable."""
        try:
            reached = reach(node, frame)
        except Unknowable:
            if isinstance(node, ast.Name):
                return self._of_everything(node, frame)
            raise
        match reached:
            case Definition(scope=scope) as found:
                return PassedFlow(self._entrypoint(scope.module.path, found.name))
            case External(name=name) if "." in name:
                module, _, function = name.rpartition(".")
                return PassedFlow(self._elsewhere(f"{module.replace('.', '/')}.py", function, frame))
            case Closure(node=ast.Call() as call, frame=there):
                return self._made(call, there) or self._assigned(node, call, frame, there)
        raise Dynamic(node)

    def _of_everything(self, node: ast.Name, frame: Frame) -> PassedFlow:
        """A flow that `from module import *` brings, of a module that only a run finds."""
        for each in ast.walk(frame.scope.module.tree):
            match each:
                case ast.ImportFrom(module=str(module), names=[ast.alias(name="*")], level=0):
                    place = f"{module.replace('.', '/')}.py"
                    entrypoint = self._elsewhere(place, node.id, frame)
                    if not entrypoint.startswith(f"{place}:"):
                        return PassedFlow(entrypoint)
        raise Dynamic(node)

    def _elsewhere(self, place: str, function: str, frame: Frame) -> str:
        """The flow in the one file that may be at *place*, seen from a folder that only a run of the script
        tells: it is the current one, or in `PYTHONPATH`."""
        alike = (self.project.root / each for each in self.project.files if f"/{each}".endswith(f"/{place}"))
        found = [file for file in alike if function in self._flows(file, frame)]
        return self._entrypoint(found[0], function) if len(found) == 1 else f"{place}:{function}"

    def _flows(self, file: Path, frame: Frame) -> list[str]:
        """The functions of the flows of a file; none of one that cannot be read."""
        try:
            module = frame.scope.index.read(file)
        except SourceUnreadable:
            return []
        return [each.name for each in flows(NameScope(frame.scope.index, module, frame.scope.search))]

    def _made(self, call: ast.Call, there: Frame) -> PassedFlow | None:
        """A flow that is made of another, `other.with_options(…)`, or named, `FlowScript(path=…)`."""
        if isinstance(call.func, ast.Attribute) and call.func.attr == "with_options":
            inner = self.passed(call.func.value, there)
            return PassedFlow(inner.entrypoint, self._text(call, "name", there) or inner.name)
        name = external_name(call.func, there)
        if name.startswith("prefect.") and name.endswith(".FlowScript"):
            return self.inside(self._text(call, "path", there), self._text(call, "name", there), there)
        return None

    def _assigned(self, node: ast.expr, call: ast.Call, frame: Frame, there: Frame) -> PassedFlow:
        """A flow that a variable holds: `main = flow(function)`."""
        symbol = resolve(node, frame.scope) if isinstance(node, ast.Name) else None
        if isinstance(symbol, SourceExpression) and _makes_flow(call.func, there):
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
        """The flow called *name*, or the only one, of the file at *place*; without one, of the script."""
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


def _makes_flow(func: ast.expr, there: Frame) -> bool:
    """Whether a call is `flow(function)` or `flow(name=…)(function)`."""
    inner = func.func if isinstance(func, ast.Call) else func
    return external_name(inner, there) == "prefect.flow"


def _names(flow: FlowDefinition) -> tuple[str, ...]:
    """What a flow may be called."""
    named = flow.options.name if flow.options else None
    return (flow.name, flow.name.replace("_", "-"), *((named,) if named else ()))


def _as_function(name: str) -> str:
    return name.replace("-", "_").replace(" ", "_")
