"""Guards for tasks that use results of branches: Prefect 1 skipped them if the branch did not run.

`merge` took the first result of the branches that ran, and its consumers were skipped if none did.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from syntask_yaml.upgrade.prefect1.branches import first_result, only_set_in, stores
from syntask_yaml.upgrade.prefect1.calls import is_task
from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft, Prefect1Flow
from syntask_yaml.upgrade.prefect1.uncalled import names_uncalled

_NO_TASKS = frozenset({"prefect.unmapped", "prefect.Parameter"})


def convert_guards(draft: FlowFileDraft) -> None:
    """Guard tasks that use results of branches, in the body of every flow and in branches."""
    if draft.submits:
        return  # futures are returned, so all of them must exist
    for flow in draft.flows:
        _Block(draft, flow, flow.body).convert()
        for node in flow.nodes:
            if isinstance(node, ast.With) and _case(draft, node):
                _Block(draft, flow, node.body).convert()


def _case(draft: FlowFileDraft, node: ast.stmt) -> ast.Call | None:
    """Return the call of `case` in the header of a block."""
    if not isinstance(node, ast.With) or len(node.items) != 1 or node.items[0].optional_vars:
        return None
    call = node.items[0].context_expr
    is_plain = isinstance(call, ast.Call) and len(call.args) == 2 and not call.keywords
    return call if is_plain and draft.names.called(call) == "prefect.case" else None  # type: ignore[return-value]


@dataclass(slots=True)
class _Block:
    """The statements of a block, and the conditions under which their names are set."""

    draft: FlowFileDraft
    flow: Prefect1Flow
    statements: Sequence[ast.stmt]
    guards: dict[str, str] = field(default_factory=dict)
    same: dict[str, ast.Name] = field(default_factory=dict)  # names that always equal another one
    first: ast.With | None = None
    open: str = ""  # the condition of the `if` that ends before
    unit: str = "    "

    def convert(self) -> None:
        for statement in self.statements:
            call = _case(self.draft, statement)
            if call is not None and isinstance(statement, ast.With):
                self._enter(statement, call)
            elif (taken := self._taken(statement)) and not self._guard(statement, taken):
                return  # `conditions` leaves the rest
            elif not taken:
                self.open = ""

    def _enter(self, block: ast.With, call: ast.Call) -> None:
        guard = self._condition(block, call)
        inner = self.draft.edits.indentation(block.body[0])
        outer = self.draft.edits.indentation(block)
        is_below = inner != outer and self.draft.edits.is_alone(block.body[-1])
        self.open = guard if is_below else ""
        self.unit = inner.removeprefix(outer) if is_below else self.unit
        self.first = self.first or block
        if guard:
            self.guards |= dict.fromkeys(only_set_in(self.draft, self.flow, block), guard)
        for each in block.body:
            match each:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name() as value):
                    if len(stores(self.flow, name)) == 1 and _is_set(self.flow, value, self.draft):
                        self.same[name] = value

    def _condition(self, block: ast.With, call: ast.Call) -> str:
        """Return the condition of a branch in a form that can be evaluated later; empty if there is none."""
        value, wanted = call.args
        if not isinstance(value, ast.Name) or not isinstance(wanted, ast.Constant):
            return ""
        if names_uncalled(self.draft, self.flow, value) or value.id in self.guards:
            return ""
        edits = self.draft.edits
        if any(edits.start(each) > edits.start(block) for each in stores(self.flow, value.id)):
            return ""
        text = edits.take(value)
        if text != edits.source(value):
            edits.replace_node(value, text)
        return f"{text} == {edits.source(wanted)}"

    def _taken(self, statement: ast.stmt) -> list[ast.Name]:
        """Return the uses of branch results in a statement."""
        return [
            each
            for each in self.draft.module.inside(statement)
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)
            if (each.id in self.guards or each.id in self.same) and each not in self.draft.merged
        ]

    def _guard(self, statement: ast.stmt, taken: list[ast.Name]) -> bool:
        """Guard a statement that calls a task with results of branches; return whether that is possible."""
        call = getattr(statement, "value", None)
        names = _targets(statement)
        is_set_once = all(len(stores(self.flow, name)) == 1 for name in names)
        if not isinstance(call, ast.Call) or len(names) > 1 or self._is_moved(statement):
            return False
        if self.draft.names.called(call) == "prefect.merge":
            return self._merge(call, names, is_set_once=is_set_once)
        if (
            not is_set_once
            or any(each.id in self.same for each in taken)
            or not self._is_plain_call(call)
            or not self.draft.edits.is_alone(statement)
        ):
            return False
        conditions = list(dict.fromkeys(self.guards[each.id] for each in taken))
        guard = " and ".join(
            f"({each})" if " or " in each and conditions[1:] else each for each in conditions
        )
        if not self._indent(statement, guard):
            return False
        self.draft.merged |= {*taken}
        self.guards |= dict.fromkeys(names, guard)
        return True

    def _is_moved(self, statement: ast.stmt) -> bool:
        moved = self.draft.moved
        return statement in moved or statement in moved.values() or statement in self.draft.added

    def _is_plain_call(self, call: ast.Call) -> bool:
        """Return whether only one task is called: its dependencies would not be skipped with it."""
        called = call.func
        if isinstance(called, ast.Attribute) and called.attr == "map":
            called = called.value
        inner = [
            each
            for each in self.draft.module.inside(*call.args, *call.keywords)
            if isinstance(each, ast.Call)
        ]
        is_known = is_task(self.draft, called) and all(
            self.draft.names.called(each) in _NO_TASKS for each in inner
        )
        return is_known and not names_uncalled(self.draft, self.flow, call)

    def _is_still(self, use: ast.Name) -> bool:
        """Return whether the name that another one is equal to has not been set again."""
        value, edits = self.same[use.id], self.draft.edits
        end = edits.start(self.draft.module.statement(use))
        return not any(edits.start(value) < edits.start(each) < end for each in stores(self.flow, value.id))

    def _indent(self, statement: ast.stmt, guard: str) -> bool:
        """Put a statement under its condition, possibly in the `if` of the previous statement."""
        edits = self.draft.edits
        starts = edits.line_starts(statement)
        if starts is None:
            return False
        indent = edits.indentation(statement)
        head = "" if guard == self.open else f"if {guard}:{edits.newline}{indent}"
        edits.insert(edits.start(statement), f"{head}{self.unit}")
        for start in starts:
            edits.insert(start, self.unit)
        self.open = guard
        return True

    def _merge(self, call: ast.Call, names: list[str], *, is_set_once: bool) -> bool:
        """Convert `merge` of branches: the first that ran, and None if none did.

        In Prefect 1, a name that equals another one was known whether or not its branch ran.
        """
        taken = [each for each in call.args if isinstance(each, ast.Name)]
        is_plain = all(each.arg == "checkpoint" for each in call.keywords)
        if not is_plain or len(taken) != len(call.args) or not names or self.first is None:
            return False
        is_sure = any(each.id in self.same and self._is_still(each) for each in taken)
        if not all(each.id in self.guards or (is_sure and each.id in self.same) for each in taken):
            return False
        if not is_sure and not is_set_once:
            return False
        merged = list(dict.fromkeys(each.id for each in taken if each.id in self.guards))
        if not merged:
            return False
        edits = self.draft.edits
        none = f"{' = '.join(merged)} = None{edits.newline}{edits.indentation(self.first)}"
        edits.insert(edits.start(self.first), none)
        values = [self.same[each.id].id if each.id in self.same else each.id for each in taken]
        edits.replace_node(call, first_result(list(dict.fromkeys(values))))
        self.draft.merged |= {*taken}
        if not is_sure:
            self.guards[names[0]] = " or ".join(dict.fromkeys(self.guards[name] for name in merged))
        self.open = ""
        return True


def _is_set(flow: Prefect1Flow, value: ast.Name, draft: FlowFileDraft) -> bool:
    """Return whether a name was set to a result before."""
    found = stores(flow, value.id)
    return bool(found) and draft.edits.start(found[0]) < draft.edits.start(value)


def _targets(statement: ast.stmt) -> list[str]:
    """Return the names that a statement sets; several for anything but a plain assignment or call."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return [name]
        case ast.Expr():
            return []
    return ["", ""]
