"""Dependencies that are stated after calls: `b.set_upstream(a)`, `flow.add_edge(a, b)`.

The call waits for the others, and moves after them if it comes earlier. Unclear cases are left.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from syntask_yaml.upgrade.prefect1.calls import is_task, task_options
from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft, Prefect1Flow
from syntask_yaml.upgrade.prefect1.edges import Edge, read_edges
from syntask_yaml.upgrade.prefect1.names import bound_names
from syntask_yaml.upgrade.prefect1.stated_calls import StatedCall, add_arguments


class _Unclear(ValueError):
    """A dependency is unclear."""


def edges_of(flow: Prefect1Flow, statement: ast.stmt) -> tuple[Edge, ...]:
    """Return the dependencies of calls that a statement of a flow states."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    found = read_edges(call, flow.variable) if isinstance(call, ast.Call) else None
    return tuple(found or ())


def convert_dependencies(draft: FlowFileDraft) -> None:
    """Convert every block of a flow that states dependencies of its calls."""
    for flow in draft.flows:
        for body in bodies_of(flow):
            if any(edges_of(flow, each) for each in body):
                _convert(draft, flow, body)


def bodies_of(flow: Prefect1Flow) -> Iterator[list[ast.stmt]]:
    yield flow.body
    for node in flow.nodes:
        if isinstance(node, (ast.If, ast.For, ast.While, ast.With, ast.Try)):
            yield node.body
            yield getattr(node, "orelse", [])


def _convert(draft: FlowFileDraft, flow: Prefect1Flow, body: list[ast.stmt]) -> None:
    calls: dict[str, StatedCall] = {}
    try:
        for statement in body:
            if edges := edges_of(flow, statement):
                _read(draft, flow, body, statement, edges, calls)
        places = _places(body, calls)
        _check(draft, body, calls, places)
    except _Unclear:
        return  # `calls` leaves the rest
    for call in sorted(calls.values(), key=places.__getitem__):
        add_arguments(draft, call)
        place = body[places[call][0]]
        for statement in call.said:
            if statement is not place:
                draft.edits.remove(statement)
        if place is not call.statement:
            draft.moved[call.statement] = place


def _read(
    draft: FlowFileDraft,
    flow: Prefect1Flow,
    body: list[ast.stmt],
    statement: ast.stmt,
    edges: Sequence[Edge],
    calls: dict[str, StatedCall],
) -> None:
    """Add the dependencies of *statement* to *calls*."""
    assert isinstance(statement, ast.Expr)
    for edge in edges:
        task, upstream = edge.task, edge.upstream
        if not (isinstance(task, ast.Name) and isinstance(upstream, ast.Name)):
            raise _Unclear
        call = calls.get(task.id) or _assigned_call(draft, flow, body, task)
        calls[task.id] = call
        if not is_set_before(draft, flow, upstream):
            raise _Unclear
        if edge.key:
            call.inputs[edge.key] = upstream
        else:
            call.waits.append(upstream)
        call.said.append(statement)


def _assigned_call(
    draft: FlowFileDraft, flow: Prefect1Flow, body: list[ast.stmt], name: ast.Name
) -> StatedCall:
    """Return the task call that sets *name*, in the same block."""
    for statement in body:
        if isinstance(statement, ast.Assign) and [getattr(each, "id", "") for each in statement.targets] == [
            name.id
        ]:
            call = statement.value
            if isinstance(call, ast.Call) and is_set_before(draft, flow, name) and calls_task(draft, call):
                return StatedCall(statement, call)
    raise _Unclear


def calls_task(draft: FlowFileDraft, call: ast.Call) -> bool:
    called = call.func
    if isinstance(called, ast.Attribute) and called.attr == "map":
        called = called.value
    return is_task(draft, called) and not any(_is_own(draft, each) for each in call.keywords)


def _is_own(draft: FlowFileDraft, option: ast.keyword) -> bool:
    """Return whether Prefect reserved an argument, so that it is not one of the task."""
    if option.arg == "task_args":
        return task_options(draft, option) is None
    return option.arg in ("flow", "mapped", None)


def is_set_before(draft: FlowFileDraft, flow: Prefect1Flow, use: ast.Name) -> bool:
    """Return whether the flow sets the name once, and always before *use*."""
    stores = [
        node
        for node in flow.nodes
        if isinstance(node, ast.Name) and node.id == use.id and isinstance(node.ctx, ast.Store)
    ]
    if len(stores) != 1:
        return False
    setting, parent = draft.module.statement(stores[0]), draft.module.parent(stores[0])
    around = [each for each in (use, *draft.module.parents(use)) if isinstance(each, ast.stmt)]
    owner = draft.module.parent(setting)
    siblings = next(
        each for name in ("body", "orelse", "finalbody") if setting in (each := getattr(owner, name, []))
    )
    return (
        parent is setting
        and any(each in siblings for each in around)
        and draft.edits.start(setting) < draft.edits.start(use)
    )


# The index of a statement, and the rank among those that move there.
Place = tuple[int, int]


def _places(body: list[ast.stmt], calls: dict[str, StatedCall]) -> dict[StatedCall, Place]:
    """Return the position of each call: after its dependencies, at the latest where they are stated."""
    places = {call: (body.index(call.statement), 0) for call in calls.values()}
    needed = _Needed(calls, places, _first_bound(body))
    for _ in body:
        late = [call for call, place in places.items() if needed.by(call) >= place]
        if not late:
            return places
        for call in late:
            stated = max(body.index(each) for each in call.said)
            at, rank = needed.by(call)
            places[call] = (stated, rank + 1 if at == stated else 0)
    raise _Unclear


def _first_bound(body: list[ast.stmt]) -> dict[str, int]:
    """Return the index of the first statement that sets each name."""
    found: dict[str, int] = {}
    for index, statement in enumerate(body):
        for name in bound_names(statement):
            found.setdefault(name, index)
    return found


@dataclass(slots=True)
class _Needed:
    """The dependencies of calls, with the *places* that are known so far."""

    calls: dict[str, StatedCall]
    places: dict[StatedCall, Place]
    first: dict[str, int]

    def by(self, call: StatedCall) -> Place:
        """Return the position of the last dependency of *call*; before all others if there is none."""
        names = {each.id for each in call.upstream}
        return max((self._place(name) for name in names), default=(-1, 0))

    def _place(self, name: str) -> Place:
        call = self.calls.get(name)
        return self.places[call] if call is not None else (self.first.get(name, -1), 0)


def _check(
    draft: FlowFileDraft, body: list[ast.stmt], calls: dict[str, StatedCall], places: dict[StatedCall, Place]
) -> None:
    """Raise _Unclear if a moved call is used before its position, or uses a value that changes before."""
    said = {statement for call in calls.values() for statement in call.said}
    moved: dict[ast.stmt, Place] = {call.statement: place for call, place in places.items()}
    for name, call in calls.items():
        start, end = body.index(call.statement), places[call][0]
        if start != end and not (draft.edits.is_alone(body[start]) and draft.edits.is_alone(body[end])):
            raise _Unclear
        for between in body[start + 1 : end]:
            is_behind = between in moved and moved[between] > places[call]
            if between in said or is_behind:
                continue
            if name in _names(between) or not _names(call.call).isdisjoint(bound_names(between)):
                raise _Unclear


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def move_calls(draft: FlowFileDraft) -> None:
    """Write the calls that have to wait at the statement of the dependency, with all edits in them."""
    texts: dict[ast.stmt, list[str]] = {}
    for statement, place in draft.moved.items():
        texts.setdefault(place, []).append(draft.edits.take(statement))
        draft.edits.remove(statement)
    for place, lines in texts.items():
        draft.edits.take(place)
        indent = draft.edits.indentation(place)
        draft.edits.replace_node(place, f"{draft.edits.newline}{indent}".join(lines))
