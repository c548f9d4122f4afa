"""The draft of a converted Prefect 1 file: its edits, and the TODOs."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

from syntask_yaml.diagnostics import Diagnostic, Severity
from syntask_yaml.upgrade.prefect1.module import FlowModule
from syntask_yaml.upgrade.prefect1.names import is_gone
from syntask_yaml.upgrade.python_imports import WantedImport
from syntask_yaml.upgrade.secrets import hide_in_text

MARK = "TODO(syntask upgrade P1-"


@dataclass(frozen=True, slots=True)
class FlowFactoryCall:
    """The only call of a function that creates and returns a flow: the *target* that it sets."""

    statement: ast.Assign
    target: ast.Name
    is_on_top: bool


@dataclass(eq=False, slots=True)
class Prefect1Flow:
    """A flow: the *definition* that names it, the *call* of `Flow`, and the *block* that builds it.

    *variable* is its variable in the file, *function* the name of its new function. *is_renamed*: *name*
    differs from the one in the file, which Prefect 3 does not allow; *is_named_elsewhere*: the name is in
    another file. *parameters* are the function's parameters as source, by their old names, *renamed* those
    with new names. *options* are arguments of `Flow` and assigned attributes, each with its statement;
    *own_options* are arguments that only a class of the project accepts. *factory_call* is set for a flow
    that a function creates for the rest of the file, *maker* is a function that creates it for other files.
    *registration* are the entry's values from a call in *registered*. *nodes* are all nodes of the body,
    *returned* the results that others read from a run.
    """

    definition: ast.stmt
    call: ast.Call
    block: ast.With | None
    variable: str
    scope: ast.AST
    function: str = ""
    name: str | None = None
    is_renamed: bool = False
    is_named_elsewhere: bool = False
    parameters: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    options: dict[str, tuple[ast.expr, ast.stmt]] = field(default_factory=dict)
    own_options: frozenset[str] = frozenset()
    registered: list[ast.Call] = field(default_factory=list)
    registration: list[Any] | None = None
    arguments: list[str] = field(default_factory=list)
    first_lines: list[str] = field(default_factory=list)
    deployment: dict[str, Any] = field(default_factory=dict)
    factory_call: FlowFactoryCall | None = None
    maker: str = ""
    nodes: Sequence[ast.AST] = ()
    returned: dict[str, None] = field(default_factory=dict)

    def reads(self, name: str) -> int:
        """Return how often the body reads *name*."""
        return sum(
            isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Store)
            for node in self.nodes
        )

    @property
    def variables(self) -> set[str]:
        """Its variables, in the function that creates it and elsewhere."""
        return {self.variable, *([self.factory_call.target.id] if self.factory_call else [])}

    @property
    def body(self) -> list[ast.stmt]:
        return self.block.body if self.block is not None else []


class FlowFileDraft:
    """A converted file under construction. Rules edit `module.edits`, want imports, and leave TODOs."""

    def __init__(
        self,
        module: FlowModule,
        *,
        submits: bool = False,
        keeps_deployments: bool = False,
        deployments: Mapping[str, str] | None = None,
        unclear: Set[str] = frozenset(),
        kept: Set[str] = frozenset(),
    ) -> None:
        self.module = module
        self.edits = module.edits
        self.names = module.names
        self.submits = submits
        self.keeps_deployments = keeps_deployments
        self.deployments = deployments or {}
        self.unclear = unclear
        self.left: set[str] = set()
        self.kept = kept
        self.unused: set[str] = set()
        self.flows: list[Prefect1Flow] = []
        self.tasks: set[str] = set()
        self.classes: set[str] = set()
        self.parameters: set[str] = set()
        self.renamed: dict[ast.AST, str] = {}
        self.unresolved: set[ast.Call] = set()
        self.results: set[ast.AST] = set()
        self.dropped: set[ast.AST] = set()
        self.added: set[ast.stmt] = set()
        self.merged: set[ast.AST] = set()
        self.moved: dict[ast.stmt, ast.stmt] = {}
        self.wanted: list[WantedImport] = []
        self.secrets: dict[str, None] = {}
        self.runs: dict[str, ast.expr] = {}
        self.problems: list[Diagnostic] = []
        self._todos: dict[tuple[ast.stmt, str], str] = {}

    @property
    def todos(self) -> list[tuple[ast.stmt, str, str]]:
        """Each statement that is left, with the code and the hint."""
        return [(statement, code, text) for (statement, code), text in self._todos.items()]

    def todo(self, node: ast.AST, code: str, text: str) -> None:
        """Leave the statement of *node* to the user; *code* is that of a message."""
        statement = self.module.statement(node)
        if (statement, code) in self._todos:
            return
        self._todos[statement, code] = text
        problem = Diagnostic(
            code, hide_in_text(text), severity=Severity.WARNING, span=self.module.span(statement)
        )
        self.problems.append(problem)

    def has_todo(self, node: ast.AST) -> bool:
        """Return whether the statement of *node* is left to the user."""
        statement = self.module.statement(node)
        return any(each is statement for each, _ in self._todos)

    def note(self, node: ast.AST, code: str, text: str, hint: str = "") -> None:
        """Add a note."""
        problem = Diagnostic(code, text, hint, severity=Severity.NOTE, span=self.module.span(node))
        self.problems.append(problem)

    def want(self, module: str, name: str = "") -> str:
        """Import a name, and return its name in the code: an alias if the file already uses the name."""
        wanted = WantedImport(module, name)
        known = self.names.imported.get(wanted.bound)
        if known == f"{module}.{name}".rstrip("."):
            return self._add(wanted)
        flows = {name for each in self.flows for name in each.variables}
        bound = self.module.bound_on_top - flows
        if (known and not is_gone(known)) or wanted.bound in bound:
            wanted = replace(wanted, alias=f"prefect_{wanted.bound}")
        return self._add(wanted)

    def _add(self, wanted: WantedImport) -> str:
        if wanted not in self.wanted:
            self.wanted.append(wanted)
        return wanted.bound

    def flow_of(self, use: ast.Name, scope: ast.AST) -> Prefect1Flow | None:
        """Return the flow that a name refers to: the last one before it or, in a function, the last one."""
        alike = [flow for flow in self.flows if flow.variable == use.id and flow.scope is scope]
        if self.module.scope(use) is not scope:
            return alike[-1]
        before = [flow for flow in alike if self.edits.start(flow.definition) < self.edits.start(use)]
        return before[-1] if before else None

    def makes_task(self, statement: ast.stmt) -> bool:
        """Return whether a statement sets a name to a task, without calling it."""
        return isinstance(statement, ast.Assign) and self.makes_task_of(statement.value)

    def makes_task_of(self, value: ast.expr) -> bool:
        """Return whether an expression creates a task, and does not call it."""
        if not isinstance(value, ast.Call):
            return False
        called = value.func
        is_class = isinstance(called, (ast.Name, ast.Attribute)) and ast.unparse(called) in self.classes
        return is_class or self.names.of(called) in ("prefect.task", "prefect.Task")

    def text(self, node: ast.AST) -> str:
        """Return the source of *node* on one line, for a comment."""
        return " ".join(ast.unparse(node).split())

    def edit_arguments(self, call: ast.Call, changed: dict[ast.AST, str | None]) -> None:
        """Replace some arguments of *call*; None removes one."""
        items: list[ast.AST] = sorted([*call.args, *call.keywords], key=self.edits.start)
        run: list[int] = []
        for index, item in enumerate(items):
            if item in changed and changed[item] is None:
                run.append(index)
                continue
            self._remove_run(call, items, run)
            run = []
            if (text := changed.get(item)) is not None:
                self.edits.replace_node(item, text)
        self._remove_run(call, items, run)

    def _remove_run(self, call: ast.Call, items: list[ast.AST], run: list[int]) -> None:
        if not run:
            return
        first, last = run[0], run[-1]
        start, end = self.edits.start(items[first]), self.edits.end(items[last])
        if first > 0:
            start = self.edits.end(items[first - 1])
        elif last + 1 < len(items):
            end = self.edits.start(items[last + 1])
        elif "," in self.edits.original(end, self.edits.end(call)):
            end = self.edits.end(call) - 1
        self.edits.replace(start, end, "")

    def __repr__(self) -> str:
        return f"FlowFileDraft({self.module.source.name})"
