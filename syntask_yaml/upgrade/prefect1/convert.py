"""Conversion of a file from Prefect 1 to Prefect 3. It is pure, and its result is checked."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from syntask_yaml.diagnostics import Diagnostic, Severity
from syntask_yaml.source import Source, Span
from syntask_yaml.upgrade.import_package import ImportPackage, with_imports_of
from syntask_yaml.upgrade.prefect1.bodies import check_names
from syntask_yaml.upgrade.prefect1.branches import convert_branches
from syntask_yaml.upgrade.prefect1.calls import convert_calls
from syntask_yaml.upgrade.prefect1.chains import convert_chains
from syntask_yaml.upgrade.prefect1.classes import convert_classes
from syntask_yaml.upgrade.prefect1.clients import convert_clients
from syntask_yaml.upgrade.prefect1.conditions import convert_conditions
from syntask_yaml.upgrade.prefect1.contexts import convert_contexts
from syntask_yaml.upgrade.prefect1.dependencies import convert_dependencies, move_calls
from syntask_yaml.upgrade.prefect1.draft import MARK, FlowFileDraft, Prefect1Flow
from syntask_yaml.upgrade.prefect1.flow_runs import convert_flow_runs
from syntask_yaml.upgrade.prefect1.flow_starts import convert_flow_starts
from syntask_yaml.upgrade.prefect1.flows import find_flows
from syntask_yaml.upgrade.prefect1.graphs import convert_graphs
from syntask_yaml.upgrade.prefect1.guards import convert_guards
from syntask_yaml.upgrade.prefect1.headers import write_headers
from syntask_yaml.upgrade.prefect1.library import mark_rest
from syntask_yaml.upgrade.prefect1.library_tasks import convert_library_tasks
from syntask_yaml.upgrade.prefect1.marks import mark, with_rest_marked
from syntask_yaml.upgrade.prefect1.module import FlowModule, OtherModules
from syntask_yaml.upgrade.prefect1.moved_imports import convert_moved_imports
from syntask_yaml.upgrade.prefect1.names import imported_names, is_gone
from syntask_yaml.upgrade.prefect1.options import convert_options
from syntask_yaml.upgrade.prefect1.other_flows import note_deployments
from syntask_yaml.upgrade.prefect1.parameters import convert_parameters
from syntask_yaml.upgrade.prefect1.recognition import (
    is_prefect_1,
    may_be_prefect_1,
    may_need_prefect_1,
)
from syntask_yaml.upgrade.prefect1.results import convert_results
from syntask_yaml.upgrade.prefect1.secrets import convert_secrets
from syntask_yaml.upgrade.prefect1.signals import convert_signals
from syntask_yaml.upgrade.prefect1.submits import note_order, submit_tasks
from syntask_yaml.upgrade.prefect1.task_classes import mark_foreign_tasks
from syntask_yaml.upgrade.prefect1.tasks import convert_tasks
from syntask_yaml.upgrade.prefect1.uncalled import convert_uncalled
from syntask_yaml.upgrade.prefect1.uses import convert_uses
from syntask_yaml.upgrade.prefect1.variables import convert_variables
from syntask_yaml.upgrade.python_edits import EditConflict
from syntask_yaml.upgrade.python_imports import RewrittenImports, rewrite_imports, used_names
from syntask_yaml.upgrade.python_tree import check, parse

# The rules, ordered by their dependencies.
_RULES: tuple[Callable[[FlowFileDraft], None], ...] = (
    convert_moved_imports,
    convert_tasks,
    convert_classes,
    convert_library_tasks,
    find_flows,
    mark_foreign_tasks,
    convert_contexts,
    convert_signals,
    convert_secrets,
    convert_clients,
    convert_variables,
    convert_flow_starts,
    convert_flow_runs,
    note_deployments,
    convert_results,
    check_names,
    convert_parameters,
    submit_tasks,
    convert_chains,
    convert_dependencies,
    convert_calls,
    convert_branches,
    convert_guards,
    convert_conditions,
    convert_uses,
    convert_options,
    note_order,
    convert_graphs,
    move_calls,
    convert_uncalled,
    write_headers,
    mark_rest,
)
_LEFT = re.compile(re.escape(MARK) + r"([\w-]+)\): (.*)")


@dataclass(frozen=True, slots=True)
class Prefect1Options:
    """The options of a conversion.

    *submits*: tasks are submitted. *package* is the package of imports. *deployments* are the names of
    deployments by flow. *unclear* are functions of flows that no entry can refer to. *kept* are names that
    other files use. *others* resolves imports of the file, which is at *path*.
    """

    submits: bool = False
    package: ImportPackage = ImportPackage.PREFECT
    keeps_deployments: bool = False
    deployments: Mapping[str, str] = field(default_factory=dict)
    unclear: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    others: OtherModules | None = None
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Prefect1File:
    """A converted file: its new *text*, and the messages about it.

    *is_left*: it is not changed, because the result would be incorrect. *runs* are the names of flows whose
    deployments it runs, *unused* the names of options that became unused.
    """

    shown: str
    before: str = field(repr=False)
    text: str = field(repr=False)
    flows: tuple[Prefect1Flow, ...] = ()
    todos: int = 0
    secrets: tuple[str, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    is_left: bool = False
    runs: tuple[str, ...] = ()
    unused: frozenset[str] = frozenset()


def convert_file(shown: str, text: str, options: Prefect1Options | None = None) -> Prefect1File | None:
    """Convert a file; return None if it has no code of Prefect 1.

    A file that was converted before is not changed again, but its TODOs are reported.
    """
    options = options or Prefect1Options()
    if MARK in text:
        return _left_before(shown, text)
    try:
        tree = parse(text)
        if not may_be_prefect_1(tree, text):
            return None
        module = FlowModule(shown, text, tree, options.others, options.path)
        return _converted(module, text, options) if is_prefect_1(module) else None
    except SyntaxError as error:
        return _unreadable(shown, text, error)
    except RecursionError as error:
        return _refused(shown, text, error)


def _converted(module: FlowModule, text: str, options: Prefect1Options) -> Prefect1File:
    shown = module.shown
    draft = FlowFileDraft(
        module,
        submits=options.submits,
        keeps_deployments=options.keeps_deployments,
        deployments=options.deployments,
        unclear=options.unclear,
        kept=options.kept,
    )
    for rule in _RULES:
        rule(draft)
    if not draft.left <= options.unclear:
        # Their options have been removed from the code, so the conversion starts again.
        again = replace(options, unclear=options.unclear | draft.left)
        return _converted(FlowModule(shown, text, None, options.others, options.path), text, again)
    try:
        after = _written(draft, options.package)
    except (SyntaxError, EditConflict) as error:
        return _refused(shown, text, error)
    return Prefect1File(
        shown,
        text,
        after,
        tuple(draft.flows),
        sum(not problem.is_note for problem in draft.problems),
        tuple(draft.secrets),
        tuple(draft.problems),
        runs=tuple(draft.runs),
        unused=frozenset(draft.unused),
    )


def _written(draft: FlowFileDraft, package: ImportPackage) -> str:
    """Return the text with all edits, marks and imports of *package*. Raises SyntaxError and EditConflict."""
    shown, used = draft.module.shown, used_names(draft.module.tree, draft.module.of_kind(ast.Name))
    for statement, code, text in draft.todos:
        draft.edits.comment_above(statement, mark(code, text))
    rewritten = rewrite_imports(draft.edits.result(), draft.wanted, used, is_gone)
    text = rewritten.text
    if may_need_prefect_1(rewritten.statements):
        text = with_rest_marked(draft, FlowModule(shown, text))
    check(shown, text)
    _check_imports(draft, rewritten)
    return with_imports_of(text, package)


def _check_imports(draft: FlowFileDraft, rewritten: RewrittenImports) -> None:
    """Raise EditConflict if the code uses a name without its import."""
    imported = dict(imported_names(rewritten.statements))
    missing = {wanted.bound for wanted in draft.wanted} - imported.keys()
    if missing and (used := sorted(missing & used_names(parse(rewritten.text)))):
        raise EditConflict(f"`{used[0]}` is not imported")


def _problem(shown: str, text: str, code: str, detail: str, hint: str, line: int = 1) -> Diagnostic:
    source = Source(shown, text)
    start = source.index(min(line, text.count("\n") + 1), 1)
    return Diagnostic(code, detail, hint, Severity.WARNING, Span(source, start, start))


def _unreadable(shown: str, text: str, error: SyntaxError) -> Prefect1File | None:
    if not _LOOKS_LIKE_IT.search(text):
        return None
    detail = f"The file cannot be parsed: {error.msg}."
    hint = "Only Python 3 is converted. Correct the file, or convert it by hand."
    problem = _problem(shown, text, "p1-not-python", detail, hint, error.lineno or 1)
    return Prefect1File(shown, text, text, problems=(problem,), is_left=True)


_LOOKS_LIKE_IT = re.compile(r"\bprefect\b[\s\S]*\bFlow\(|from prefect import .*\b(?:Flow|Parameter)\b")


def _refused(shown: str, text: str, error: Exception) -> Prefect1File:
    detail = f"The result would not be valid Python ({error}), so the file is left as it is."
    problem = _problem(shown, text, "p1-not-converted", detail, "Convert it by hand.")
    return Prefect1File(shown, text, text, problems=(problem,), is_left=True)


def _left_before(shown: str, text: str) -> Prefect1File:
    """Return the TODOs of a file that was converted before."""
    source = Source(shown, text)
    problems = []
    for found in _LEFT.finditer(text):
        span = Span(source, found.start(), found.end())
        problems.append(Diagnostic(f"p1-{found[1]}", found[2].rstrip(), "", Severity.WARNING, span))
    return Prefect1File(shown, text, text, todos=len(problems), problems=tuple(problems))
