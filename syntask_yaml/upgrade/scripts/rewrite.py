"""Rewriting of a script from Prefect 2 to Prefect 3: deploying calls are replaced in place."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from syntask_yaml.pysource.module import module_of
from syntask_yaml.pysource.module_index import ModuleIndex
from syntask_yaml.pysource.scope import NameScope
from syntask_yaml.upgrade.import_package import ImportPackage, package_of, with_imports_of
from syntask_yaml.upgrade.python_edits import PythonEdits
from syntask_yaml.upgrade.python_imports import WantedImport, rewrite_imports, used_names
from syntask_yaml.upgrade.python_tree import parse
from syntask_yaml.upgrade.removed_names import is_removed
from syntask_yaml.upgrade.result import DeploymentResult
from syntask_yaml.upgrade.scripts.calls import BuildCall, Calls
from syntask_yaml.upgrade.scripts.new_names import new_names
from syntask_yaml.upgrade.scripts.places import Places

# Arguments that stay unchanged, and those that are removed.
_KEPT = ("name", "description", "tags", "parameters", "enforce_parameter_schema")
_GONE = frozenset("flow apply load_existing output skip_upload ignore_file upload entrypoint path".split())
_OF_ENTRY = frozenset(
    "version schedule schedules is_schedule_active work_queue_name work_pool_name infrastructure "
    "infra_overrides job_variables".split()
)
_SCHEDULES = {"cron": "Cron", "interval": "Interval", "rrule": "RRule"}


class RewriteTarget(Enum):
    """The replacement of a script's calls."""

    ENTRIES = "entries"
    DEPLOY = "flow.deploy"
    SERVE = "flow.serve"


class NotRewritten(Exception):
    """A call has no equivalent in Prefect 3; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class ScriptText:
    """The text of a script, for the project in *root*."""

    path: Path
    text: str
    root: Path


def rewritten(
    script: ScriptText,
    results: Sequence[DeploymentResult],
    becomes: RewriteTarget,
    package: ImportPackage | None = None,
) -> str:
    """Return the text of *script* with rewritten calls, which build *results*. Raises NotRewritten.

    Names are imported from *package*; None stands for the package that the script uses.
    """
    try:
        edits = PythonEdits(script.text)
    except SyntaxError as error:
        raise NotRewritten("The script cannot be parsed.") from error
    module = module_of(script.path, script.text.encode())
    scope = NameScope(ModuleIndex(script.root), module, (script.path.parent, script.root))
    calls, places, names = Calls(scope), Places(script.text), new_names(edits.tree)
    if becomes is RewriteTarget.SERVE and len(results) > 1:
        raise NotRewritten("`serve` does not return, so only a script with one deployment can use it.")
    for call in calls.building:
        start = places.start(call.node)
        own = [each for each in results if each.converted.source.root.span.start == start]
        _Rewriting(script, edits, calls, becomes, names).rewrite(call, own)
    before = used_names(edits.tree)
    text = rewrite_imports(edits.result(), [*names.values()], before, is_removed).text
    named = with_imports_of(text, package or package_of(edits.tree))
    parse(named)
    return named


@dataclass(frozen=True, slots=True)
class _Rewriting:
    script: ScriptText
    edits: PythonEdits
    calls: Calls
    becomes: RewriteTarget
    names: Mapping[str, WantedImport]

    def rewrite(self, call: BuildCall, results: Sequence[DeploymentResult]) -> None:
        """Replace *call* by its current equivalent."""
        if any(isinstance(each, (ast.Await, ast.AsyncFunctionDef)) for each in call.around):
            raise NotRewritten("The script is asynchronous.")
        if isinstance(call.outer, ast.AnnAssign) or not results:
            raise NotRewritten("The type of the variable is written beside it.")
        entry, given = _common(results), self._given(call)
        applications = [*self.calls.applications(call)]
        is_chained = bool(applications) and not call.variable
        method = "to_deployment"
        if is_chained or ("apply" in given and results[0].converted.source.root.value.get("apply")):
            method = self._direct(call) if is_chained or not applications else method
        elif not applications and (self.becomes is RewriteTarget.SERVE or self._applies_with_options()):
            raise NotRewritten("It is applied through another name.")
        arguments = [*_kept(self.edits, given), *self._of_entry(entry)]
        written = self._written(call, given, str(entry["entrypoint"]), method, arguments)
        self.edits.replace_node(applications[0] if is_chained else call.node, written)
        for each in () if is_chained else applications:
            self._rewrite_application(each, call.variable)

    def _applies_with_options(self) -> bool:
        """Return whether `apply` has arguments, for which there is no equivalent."""
        calls = (node for node in ast.walk(self.edits.tree) if isinstance(node, ast.Call))
        given = (each.func for each in calls if each.args or each.keywords)
        return any(isinstance(each, ast.Attribute) and each.attr == "apply" for each in given)

    def _direct(self, call: BuildCall) -> str:
        """Return the method that deploys at once. Raises NotRewritten if the script uses the deployment."""
        uses = (node for node in ast.walk(self.edits.tree) if isinstance(node, ast.Attribute))
        if call.variable and any(
            isinstance(each.value, ast.Name) and each.value.id == call.variable for each in uses
        ):
            raise NotRewritten(f"The script uses attributes of `{call.variable}`.")
        return self.becomes.value.partition(".")[2]

    def _rewrite_application(self, application: ast.Call, variable: str) -> None:
        if self.edits.is_edited(application):
            return  # belongs to another call with the same variable
        serve = self.names["serve"].bound
        text = f"{serve}({variable})" if self.becomes is RewriteTarget.SERVE else f"{variable}.apply()"
        self.edits.replace_node(application, text)

    def _given(self, call: BuildCall) -> Mapping[str, ast.expr]:
        """Return the arguments by name."""
        if any(isinstance(each, ast.Starred) for each in call.node.args):
            raise NotRewritten("The call unpacks its arguments.")
        given = dict(zip(("flow", "name"), call.node.args, strict=False))
        for keyword in call.node.keywords:
            if keyword.arg is None:
                raise NotRewritten("The call unpacks its arguments.")
            given[keyword.arg] = keyword.value
        unknown = given.keys() - _GONE - _OF_ENTRY - set(_KEPT)
        if unknown or len(call.node.args) > 2 or "flow" not in given:
            name = sorted(unknown)[0] if unknown else "flow"
            raise NotRewritten(f"The argument `{name}` has no equivalent.")
        return given

    def _written(
        self,
        call: BuildCall,
        given: Mapping[str, ast.expr],
        entrypoint: str,
        method: str,
        arguments: Sequence[str],
    ) -> str:
        flow = self.edits.source(given["flow"])
        flow = flow if isinstance(given["flow"], (ast.Name, ast.Attribute)) else f"({flow})"
        source = _source(self.script, self.names["Path"].bound)
        indent, newline = self.edits.indentation(call.node), self.edits.newline
        inner = "".join(f"{newline}{indent}    {argument}," for argument in arguments)
        origin = f"from_source(source={source}, entrypoint={_text(entrypoint)})"
        return f"{flow}.{origin}.{method}({inner}{newline}{indent})"

    def _of_entry(self, entry: Mapping[str, Any]) -> Iterator[str]:
        if "version" in entry:
            yield f"version={_text(entry['version'])}"
        if entry.get("schedules"):
            yield f"schedules=[{', '.join(map(self._schedule, entry['schedules']))}]"
        if entry.get("paused"):
            yield "paused=True"
        pool = entry["work_pool"]
        if self.becomes is not RewriteTarget.DEPLOY:
            if pool.keys() - {"name", "work_queue_name"}:
                raise NotRewritten("`serve` has no job variables.")
            return
        yield f"work_pool_name={_text(pool['name'])}"
        if "work_queue_name" in pool:
            yield f"work_queue_name={_text(pool['work_queue_name'])}"
        if "job_variables" in pool:
            yield f"job_variables={pool['job_variables']!r}"

    def _schedule(self, schedule: Mapping[str, Any]) -> str:
        """Return a schedule as a call of `prefect.schedules`."""
        kind = next(key for key in _SCHEDULES if key in schedule)
        rest = "".join(
            f", {key}={self._moment(value) if key == 'anchor_date' else _text(value)}"
            for key, value in schedule.items()
            if key != kind
        )
        return f"{self.names[_SCHEDULES[kind]].bound}({_text(schedule[kind])}{rest})"

    def _moment(self, value: object) -> str:
        return f"{self.names['datetime'].bound}.fromisoformat({_text(value)})"


def _source(script: ScriptText, path: str) -> str:
    """Return the project's folder relative to the script; *path* is the name of the path class."""
    inside = Path(os.path.relpath(script.root.resolve(), script.path.parent.resolve()))
    depth = sum(part == ".." for part in inside.parts)
    return f"str({path}(__file__).parent)" if depth == 0 else f"str({path}(__file__).parents[{depth}])"


def _common(results: Sequence[DeploymentResult]) -> Mapping[str, Any]:
    """Return the values common to the entries of a call. Raises NotRewritten."""
    entries = [dict(each.entry) for each in results]
    said = [{key: value for key, value in each.items() if key not in _KEPT} for each in entries]
    if any(each != said[0] for each in said):
        raise NotRewritten("The iterations of the loop differ in more than names, tags and parameters.")
    if "{{" in str({**said[0], "entrypoint": ""}):
        raise NotRewritten("The infrastructure needs a block or a variable.")
    for key in ("pull", "push", "triggers", "flow_name"):
        if key in said[0]:
            raise NotRewritten(f"The deployment has `{key}`, which is written in a project file.")
    pool = results[0].converted.pool
    if pool is None or pool.type != "process":
        raise NotRewritten("Runs in containers need an image with the code.")
    return said[0]


def _kept(edits: PythonEdits, given: Mapping[str, ast.expr]) -> Iterator[str]:
    for key in _KEPT:
        if key in given:
            yield f"{key}={edits.source(given[key])}"


def _text(value: object) -> str:
    """Return a constant as Python source, with double quotes where possible."""
    written = repr(value)
    return f'"{written[1:-1]}"' if written[:1] == "'" and '"' not in written else written
