"""The deployments that a Python script builds. The script is not run."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from syntask_yaml.diagnostics import Diagnostic, Severity
from syntask_yaml.project.agent_files import CONVERTED, MARK_LINES
from syntask_yaml.pysource.module import SourceUnreadable, module_of
from syntask_yaml.pysource.module_index import ModuleIndex
from syntask_yaml.pysource.scope import NameScope
from syntask_yaml.source import Source, Span
from syntask_yaml.upgrade.agent_deployment import AgentDeployment
from syntask_yaml.upgrade.content import FileUnreadable, read_content, text_of
from syntask_yaml.upgrade.find import FoundFile
from syntask_yaml.upgrade.read import FoundDeployments
from syntask_yaml.upgrade.scripts.calls import Calls
from syntask_yaml.upgrade.scripts.content import holds_nothing_else, removed_imports
from syntask_yaml.upgrade.scripts.fields import ScriptFields, deployment_of
from syntask_yaml.upgrade.scripts.flow import ScriptProject
from syntask_yaml.upgrade.scripts.flow_code import without_deploying
from syntask_yaml.upgrade.scripts.frames import frames_of
from syntask_yaml.upgrade.scripts.late_imports import with_late_imports
from syntask_yaml.upgrade.scripts.objects import evaluator_of
from syntask_yaml.upgrade.scripts.places import Places
from syntask_yaml.upgrade.secrets import hide_in_text

_NAMES, _BUILDS = re.compile(rb"prefect|syntask"), re.compile(rb"\bDeployment(?:Spec)?\b")


def may_build(content: bytes) -> bool:
    """Return whether the bytes of a script may contain code that builds unconverted deployments."""
    if not (_NAMES.search(content) and _BUILDS.search(content)):
        return False
    return not any(line.lstrip(b"\xef\xbb\xbf").startswith(CONVERTED.encode()) for line in _head(content))


def _head(content: bytes) -> Sequence[bytes]:
    return content.split(b"\n", MARK_LINES)[:MARK_LINES]


def read_script(file: FoundFile, root: Path) -> FoundDeployments | None:
    """Return the deployments that a script builds for the project in *root*; None if it builds none."""
    try:
        content = read_content(file, may_build)
        return None if content is None else _of_script(file, content, root.absolute())
    except FileUnreadable as error:
        return FoundDeployments(file, "", problems=(error.problem,))


def _of_script(file: FoundFile, content: bytes, root: Path) -> FoundDeployments | None:
    if file.is_notebook:
        detail = f"`{file.shown}` is a notebook and is not converted."
        raise FileUnreadable(file, detail, "Move the code that deploys to a Python script.")
    text = text_of(file, content)
    try:
        scope = _scope(file.path.absolute(), content, root)
    except SourceUnreadable as error:
        detail = f"`{file.shown}` cannot be parsed: {error}."
        raise FileUnreadable(file, detail, "Python 3 must be able to read the script.") from error
    calls, tree = Calls(scope), scope.module.tree
    found = _same_masks(list(_deployments(file, text, calls, root)))
    if not found:
        return None
    problems = tuple(_fail_to_load(found, scope, root, Places(text)))
    rest = _loadable(text, tree, calls) if problems else None
    return FoundDeployments(
        file, text, tuple(found), problems, may_remove=holds_nothing_else(tree), flow_code=rest
    )


def _loadable(text: str, tree: ast.Module, calls: Calls) -> str | None:
    """Return the script in a form that Prefect 3 can load; None if its flows need removed names."""
    rest = without_deploying(text, tree, (call.node for call in calls.building))
    return with_late_imports(text, tree) if rest is None else rest


def _scope(path: Path, content: bytes, root: Path) -> NameScope:
    """Return the scope at the end of the script, with imports from its folder or parent folders."""
    index = ModuleIndex(root)
    inside = path.is_relative_to(root)
    above = [folder for folder in path.parents if inside and folder.is_relative_to(root)]
    module = module_of(path, content)
    return NameScope(index, module, index.search_path(path.parent, *above))


def _deployments(file: FoundFile, text: str, calls: Calls, root: Path) -> Iterator[AgentDeployment]:
    source, places, project = Source(file.shown, hide_in_text(text)), Places(text), ScriptProject(root)
    for call in calls.building:
        for frame in frames_of(calls, call.node, call.around):
            evaluator = evaluator_of(calls.scope, places)
            fields = ScriptFields(evaluator, source, places.start(call.node))
            yield deployment_of(call, frame, calls, fields, path=file.path, project=project)


def _fail_to_load(
    found: Sequence[AgentDeployment], scope: NameScope, root: Path, places: Places
) -> Iterator[Diagnostic]:
    """Report imports that fail in runs, which load the script if the flow is in it."""
    own = f"{Path(os.path.relpath(scope.module.path, root)).as_posix()}:"
    if not any(each.resolved.startswith(own) for each in found):
        return
    for statement, name in islice(removed_imports(scope.module.tree), 1):
        detail = f"Prefect 3 has no `{name}`, so runs fail when they load this file for the flow in it."
        hint = 'Move the code that deploys to a file of its own, or below `if __name__ == "__main__":`.'
        span = Span(found[0].root.source, places.start(statement), places.end(statement))
        yield Diagnostic("imports-prefect-2", detail, hint, severity=Severity.WARNING, span=span)


def _same_masks(found: list[AgentDeployment]) -> list[AgentDeployment]:
    """Return the deployments with a common source, in which all of their secrets are masked."""
    texts = {each.root.source.text for each in found}
    if not texts:
        return found
    masked = "".join("*" if "*" in letters else letters[0] for letters in zip(*texts, strict=True))
    source = Source(found[0].root.source.name, masked)
    return [
        replace(
            each,
            root=each.root.in_source(source),
            problems=tuple(_moved(problem, source) for problem in each.problems),
        )
        for each in found
    ]


def _moved(problem: Diagnostic, source: Source) -> Diagnostic:
    span = problem.span
    return replace(problem, span=span and Span(source, span.start, span.end))
