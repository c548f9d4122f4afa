"""The flow that a script passes, as an entrypoint from the folder of the project."""

from __future__ import annotations

import ast
import os
from dataclasses import dataclass
from pathlib import Path

from syntask_yaml.project.flows.definition import FlowDefinition, flows
from syntask_yaml.pysource.lookup import resolve
from syntask_yaml.pysource.module import SourceUnreadable
from syntask_yaml.pysource.scope import NameScope
from syntask_yaml.pysource.symbols import Definition, External, SourceExpression
from syntask_yaml.upgrade.scripts.constants import Dynamic
from syntask_yaml.upgrade.scripts.evaluate import Evaluator
from syntask_yaml.upgrade.scripts.reach import Closure, Frame, external_name, reach
from syntask_yaml.upgrade.template_text import TemplateText


@dataclass(frozen=True, slots=True)
class PassedFlow:
    """A flow: its *entrypoint*, and its name where the script gives it another one."""

    entrypoint: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class FlowFinder:
    """Finds flows for the project in *root*; *evaluator* knows the names and paths that are passed."""

    evaluator: Evaluator
    root: Path

    def passed(self, node: ast.expr, frame: Frame) -> PassedFlow:
        """The flow that *node* stands for. Raises Dynamic, or Unknowable."""
        match reach(node, frame):
            case Definition(scope=scope) as found:
                return PassedFlow(self._entrypoint(scope.module.path, found.name))
            case External(name=name) if "." in name:
                module, _, function = name.rpartition(".")
                return PassedFlow(f"{module.replace('.', '/')}.py:{function}")
            case Closure(node=ast.Call() as call, frame=there):
                return self._made(call, there) or self._assigned(node, call, frame, there)
        raise Dynamic(node)

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
            (path for each in (folder, self.root) if (path := each / place).is_file()), folder / place
        )
        try:
            module = frame.scope.index.read(file) if place else frame.scope.module
        except SourceUnreadable:
            return PassedFlow(f"{place}:{_as_function(name)}")
        found = flows(NameScope(frame.scope.index, module, frame.scope.search))
        named = [each.name for each in found if not name or name in _names(each)]
        return PassedFlow(self._entrypoint(module.path, named[0] if len(named) == 1 else _as_function(name)))

    def _entrypoint(self, file: Path, function: str) -> str:
        return f"{Path(os.path.relpath(file, self.root)).as_posix()}:{function}"


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
