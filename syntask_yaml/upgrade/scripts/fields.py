"""The fields of a deployment, from the arguments of the call that builds it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from syntask_yaml.diagnostics import Diagnostic, Severity
from syntask_yaml.document.location import Location, MappingLocation
from syntask_yaml.document.node import Node
from syntask_yaml.pysource.symbols import Unknowable
from syntask_yaml.source import Source, Span
from syntask_yaml.upgrade.agent_deployment import AgentDeployment, Form
from syntask_yaml.upgrade.scripts.arguments import Argument, arguments, assigned
from syntask_yaml.upgrade.scripts.calls import BuildCall, BuildKind, Calls
from syntask_yaml.upgrade.scripts.constants import Dynamic
from syntask_yaml.upgrade.scripts.evaluate import Evaluator, Found
from syntask_yaml.upgrade.scripts.flow import FlowFinder, PassedFlow, ScriptProject
from syntask_yaml.upgrade.scripts.reach import Closure, Frame
from syntask_yaml.upgrade.secrets import hide_in_text, hide_secrets
from syntask_yaml.upgrade.template_text import TemplateText

_OF_FLOW = frozenset({"flow", "flow_location"})
_RENAMED = {"flow_runner": "infrastructure"}
_BESIDE = re.compile(
    r"(?:str\()?(?:pathlib\.)?Path\(__file__\)(?:\.resolve\(\)|\.absolute\(\))?\.parent / "
    r"'(?P<file>[^']+)'\)?"
)
# Fields in which runs look up secrets.
_OF_RUNS = frozenset({"infrastructure", "storage", "infra_overrides", "job_variables", "flow_runner"})
_UNKNOWN = "?"
_MAX_SHOWN = 60


@dataclass(slots=True)
class ScriptFields:
    """The fields of a deployment under construction, and what is left out of them."""

    evaluator: Evaluator
    source: Source
    start: int
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, tuple[int, Location]] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)

    def put(self, name: str, at: int, found: Found) -> None:
        self.values[name] = _plain(found.value)
        self.places[name] = at, found.location

    def leave(self, name: str, node: ast.expr) -> None:
        """Report that the value of *node*, which belongs to the argument *name*, is unknown."""
        start, end = self.evaluator.places.start(node), self.evaluator.places.end(node)
        # A string may be masked because of the text before it on the line.
        shown = self.source.text[start:end] if _holds_text(node) else ast.unparse(node)
        shown = " ".join(hide_in_text(shown).split())
        shown = shown if len(shown) <= _MAX_SHOWN else f"{shown[: _MAX_SHOWN - 1]}…"
        detail = f"A value of `{name}` is only known when the script runs: `{shown}`."
        hint = "Add it to the entry."
        span = Span(self.source, start, end)
        self.problems.append(Diagnostic("dynamic-value", detail, hint, severity=Severity.WARNING, span=span))

    def miss(self, what: str) -> None:
        """Report that the call lacks a required argument of deployments."""
        detail = f"The call does not give the deployment {what}."
        hint = "Add an entry with `syntask deployment add ENTRYPOINT` if you need it."
        span = Span(self.source, self.start, self.start)
        self.problems.append(Diagnostic("missing-key", detail, hint, severity=Severity.WARNING, span=span))

    @property
    def root(self) -> Node:
        location = MappingLocation(
            self.start,
            [at for at, _ in self.places.values()],
            [place for _, place in self.places.values()],
            {name: index for index, name in enumerate(self.places)},
        )
        return Node(dict(self.values), self.source, location)


def deployment_of(
    call: BuildCall, frame: Frame, calls: Calls, fields: ScriptFields, *, path: Path, project: ScriptProject
) -> AgentDeployment:
    """Return the deployment that *call* builds in *frame*; *project* is the base of entrypoints."""
    given = list(arguments(call, frame, fields.evaluator, fields.leave))
    given += assigned(call, frame, calls, fields.evaluator.places)
    by_name = {each.name: each for each in given}
    for each in by_name.values():
        if each.name not in _OF_FLOW:
            _put(fields, each)
    passed = _flow(call, by_name, fields, project)
    _apply(call, frame, calls, fields)
    _name_infrastructure(fields)
    is_known = bool(fields.values.get("name") and fields.values.get("entrypoint"))
    if not is_known and not fields.problems:
        fields.miss("a name" if fields.values.get("entrypoint") else "a flow")
    if not fields.values.get("name"):
        fields.put("name", fields.start, Found(_UNKNOWN, fields.start))
    hidden = hide_secrets(fields.root, fields.evaluator.ends)
    return AgentDeployment(
        hidden.root,
        path,
        Form.SCRIPT,
        hidden.places,
        problems=tuple(fields.problems),
        resolved=passed.entrypoint if passed else "",
        is_known=is_known,
    )


def _put(fields: ScriptFields, argument: Argument) -> None:
    evaluator, name = fields.evaluator, argument.name
    evaluator.left.clear()
    try:
        if argument.written is argument.value.node:
            found = evaluator.evaluate(argument.written, argument.value.frame)
        else:
            found = evaluator.standing_for(argument.value, argument.written, Frame(evaluator.scope))
    except Dynamic as error:
        fields.leave(name, error.node)
        return
    for node in evaluator.left:
        fields.leave(name, node)
    if name not in _OF_RUNS and holds_secret_reference(found.value):
        fields.leave(name, argument.written)
        return
    fields.put(name, argument.at, _listed(found) if name == "schedules" else found)


def _listed(found: Found) -> Found:
    """Return the schedules of a list, each of which may be a pair with its active flag."""
    if not isinstance(found.value, list):
        return found
    items = [
        {"schedule": each[0], "active": each[1]} if isinstance(each, list) and len(each) == 2 else each
        for each in found.value
    ]
    return Found(items, found.location)


def _flow(
    call: BuildCall, by_name: dict[str, Argument], fields: ScriptFields, project: ScriptProject
) -> PassedFlow | None:
    """Set the entrypoint to the flow that is passed to the call, unless the call sets another one."""
    argument = by_name.get("flow") or by_name.get("flow_location")
    try:
        passed = _passed(call, argument, fields, project)
    except (Dynamic, Unknowable) as error:
        if argument is not None and "entrypoint" not in fields.values:
            fields.leave("flow", _part(argument.written, error))
        return None
    if passed is None:
        return None
    at = argument.at if argument else fields.start
    if "entrypoint" not in fields.values:
        fields.put("entrypoint", at, Found(passed.entrypoint, at))
    if passed.name and "flow_name" not in fields.values:
        fields.put("flow_name", at, Found(passed.name, at))
    return passed


def _part(written: ast.expr, error: Dynamic | Unknowable) -> ast.expr:
    """Return the part of *written* that the error names, or all of it."""
    return error.node if isinstance(error, Dynamic) and error.node in ast.walk(written) else written


def _passed(
    call: BuildCall, argument: Argument | None, fields: ScriptFields, project: ScriptProject
) -> PassedFlow | None:
    finder = FlowFinder(fields.evaluator, project)
    if argument is not None and argument.name == "flow":
        return finder.passed(argument.value.node, argument.value.frame)
    if call.kind is not BuildKind.SPECIFIED:
        return None
    place = _place(argument, fields) if argument is not None else ""
    name = str(fields.values.pop("flow_name", ""))
    return finder.inside(place, name, Frame(fields.evaluator.scope))


def _place(argument: Argument, fields: ScriptFields) -> str:
    """Return the file that an argument names, possibly as a path relative to the script."""
    node = argument.value.node
    beside = _BESIDE.fullmatch(ast.unparse(node))
    if beside is not None:
        return beside["file"]
    place = fields.evaluator.evaluate(node, argument.value.frame).value
    if not isinstance(place, str):
        raise Dynamic(node)
    return place


def _apply(call: BuildCall, frame: Frame, calls: Calls, fields: ScriptFields) -> None:
    """Read the arguments of the call that applies the deployment, and whether it exists."""
    application = calls.application(call)
    for keyword in application.keywords if application else ():
        if keyword.arg is not None:
            at = fields.evaluator.places.start(keyword)
            _put(fields, Argument(keyword.arg, at, Closure(keyword.value, frame), keyword.value))
    is_applied = application is not None or call.kind is BuildKind.SPECIFIED or calls.may_apply_others
    if is_applied and "apply" not in fields.values:
        fields.put("apply", fields.start, Found(True, fields.start))
    if call.kind is not BuildKind.BUILT:  # nothing is uploaded or kept by default
        for name in ("upload", "load_existing"):
            if name not in fields.values:
                fields.put(name, fields.start, Found(False, fields.start))


def _name_infrastructure(fields: ScriptFields) -> None:
    for old, new in _RENAMED.items():
        if old in fields.values:
            fields.values[new] = fields.values.pop(old)
            fields.places[new] = fields.places.pop(old)
    if "infrastructure" not in fields.values:
        fields.put("infrastructure", fields.start, Found({"_block_type_slug": "process"}, fields.start))


def _holds_text(node: ast.expr) -> bool:
    return any(isinstance(each, ast.Constant) and isinstance(each.value, str) for each in ast.walk(node))


def holds_secret_reference(value: Any) -> bool:
    """Return whether *value* contains a reference to a secret."""
    if isinstance(value, dict):
        return any(map(holds_secret_reference, value.values()))
    if isinstance(value, list):
        return any(map(holds_secret_reference, value))
    return isinstance(value, TemplateText) and bool(value.secrets)


def _plain(value: Any) -> Any:
    """Return *value* in the form of files: durations in seconds, and datetimes as strings."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
