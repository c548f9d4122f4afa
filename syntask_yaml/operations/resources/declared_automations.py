"""Resolve the templates of declared automations, and check them against the backend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from syntask_yaml.delivery.facts import facts_of, render
from syntask_yaml.diagnostics import Diagnostic, did_you_mean
from syntask_yaml.document.node import Node
from syntask_yaml.model.automation import ACTIONS, EVENT_NAMES, Automation, whole_action
from syntask_yaml.model.resource import Resource, ResourceKind
from syntask_yaml.model.run import Run, State, StateType
from syntask_yaml.model.run_event import FINAL_STATES, LABELS, PREFIX, RELATED_LABELS, STATES, event_of
from syntask_yaml.model.step import StepOutputs
from syntask_yaml.model.trigger import settled, whole
from syntask_yaml.model.value import flag
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.project.automations import about_event, check_automation
from syntask_yaml.project.payload import payload_text
from syntask_yaml.project.resources.bind import BoundResource
from syntask_yaml.project.resources.declared import DeclaredResource
from syntask_yaml.project.schema import check_resolved
from syntask_yaml.template import Blocks, Unresolved, resolve

# A sample with every field of a run that a template may use.
_SAMPLE = Run(
    id="0",
    name="run",
    flow="flow",
    deployment="flow/deployment",
    deployment_id="0",
    state=State(StateType.FAILED),
    ended=datetime(2026, 1, 1, tzinfo=UTC),
)
_STATEMENT = "{%"


def bind_automation(declared: DeclaredResource, context: DeployContext) -> BoundResource:
    """Return the automation that the project declares, with its problems."""
    node = declared.node
    scope = replace(context.scope(StepOutputs()), later=EVENT_NAMES, blocks=Blocks.REFUSE)
    found: list[Unresolved] = []
    value = resolve(node.value, scope, found.append)
    entry = node.with_value(value)
    problems = [about_event(each, node) for each in found]
    if not problems:
        problems = [*check_resolved(entry, value, "automation"), *check_automation(entry, lambda _: False)]
    if not any(each.is_error for each in problems):
        problems += _check_backend(entry, context)
    if any(each.is_error for each in problems):
        return BoundResource(declared, None, tuple(problems))
    automation = _bind(entry.value, context)
    named = declared._replace(name=automation.name)
    resource = Resource(ResourceKind.AUTOMATION, automation.name, automation.fields)
    return BoundResource(named, resource, tuple(problems))


def _bind(fields: dict[str, Any], context: DeployContext) -> Automation:
    actions = [whole_action(action) for action in fields["actions"]]
    if not context.backend.features.has_own_worker:
        actions = [_as_kept_by_server(action) for action in actions]
    enabled = fields.get("enabled")
    return Automation(
        name=fields["name"],
        description=fields.get("description") or "",
        enabled=True if enabled is None else flag(enabled),
        trigger=settled(fields["trigger"]),
        actions=tuple(actions),
    )


def _as_kept_by_server(action: dict[str, Any]) -> dict[str, Any]:
    return {**action, "payload": payload_text(action["payload"])} if "payload" in action else action


def _check_backend(entry: Node, context: DeployContext) -> Iterator[Diagnostic]:
    """Yield the parts of an automation that the backend does not support or have."""
    features = context.backend.features
    if not features.has_own_worker and context.project.name is None:
        detail = "A server keeps automations under the name of their project, and this one has no `name`."
        yield entry.problem("missing-key", detail, "Add `name:` at the top of the file.")
    for action in entry.at(("actions",)).children():
        if action.value["type"] not in features.actions:
            detail = f"A Prefect server has no action `{action.value['type']}`."
            node = action.get("type") or action
            yield node.problem("not-portable", detail, ACTIONS[action.value["type"]].instead)
            continue
        yield from _check_block(action, context)
        if features.has_own_worker:
            yield from _check_facts(action)
    if features.has_own_worker:
        yield from _check_trigger(entry.at(("trigger",)))


def _check_block(action: Node, context: DeployContext) -> Iterator[Diagnostic]:
    node = action.get("block")
    if node is None or not isinstance(node.value, str):
        return
    kind, _, name = node.value.partition("/")
    if broken := context.broken.get((ResourceKind.BLOCK, node.value)):
        yield from broken
    elif context.masked_blocks(kind, name) is None:
        hint = f"Run `syntask block create {kind} {name}` to create it."
        yield node.problem("unknown-block", f"The backend has no block `{name}` of type `{kind}`.", hint)


def _check_facts(action: Node) -> Iterator[Diagnostic]:
    """Yield the names in templates that only a server has."""
    facts = facts_of(event_of(_SAMPLE), id="", automation="", automation_id="")
    for key in ACTIONS[action.value["type"]].templates:
        node = action.get(key)
        for text in _texts(node) if node is not None else ():
            found: list[Unresolved] = []
            render(text.value, facts, found.append)
            yield from (about_event(each, text) for each in found)
            if _STATEMENT in text.value:
                detail = "This backend does not support statements (`{% … %}`) and would send them as text."
                yield text.problem("invalid-template", detail, "Use expressions (`{{ … }}`).")


def _texts(node: Node) -> Iterator[Node]:
    if isinstance(node.value, str):
        yield node
    for child in node.children():
        yield from _texts(child)


_ONLY_ENDS = "The embedded backend emits an event when a run ends, and no other."


def _check_trigger(trigger: Node) -> Iterator[Diagnostic]:
    """Yield the triggers that never fire on the embedded backend."""
    given = whole(trigger.value)
    needs = {
        "type": given["type"] != "event",
        "posture": given.get("posture") == "Proactive",
        "after": bool(given.get("after")),
        "threshold": (given.get("threshold") or 1) > 1,
    }
    for key in (key for key, is_needed in needs.items() if is_needed):
        node = trigger.get(key)
        detail = f"This `{key}` requires a Prefect server. The embedded backend looks at one event alone."
        yield (node or trigger).problem(
            "needs-server", detail, "Write `expect:` alone.", at_key=node is not None
        )
    yield from _check_ends(trigger)
    for key, known in (("match", LABELS), ("match_related", RELATED_LABELS)):
        yield from _check_labels(trigger.each_of(key), known)


def _check_ends(trigger: Node) -> Iterator[Diagnostic]:
    for each in trigger.each_of("expect"):
        name = each.value or ""
        state = name.removeprefix(PREFIX)
        is_other = state in STATES and state not in FINAL_STATES
        if "*" not in name and not name.startswith("!") and (state == name or is_other):
            listed = ", ".join(f"`{PREFIX}{state}`" for state in FINAL_STATES)
            detail = f"Nothing emits `{name}` on this backend. {_ONLY_ENDS}"
            yield each.problem("unknown-event", detail, f"Use one of {listed}.")


def _check_labels(parts: Iterable[Node], known: frozenset[str]) -> Iterator[Diagnostic]:
    for part in parts:
        for key in part.value if isinstance(part.value, dict) else ():
            if key not in known:
                listed = ", ".join(f"`{label}`" for label in sorted(known))
                detail = f"Events of this backend have no label `{key}`, so the trigger never fires."
                hint = did_you_mean(key, known, otherwise=f"There are {listed}.")
                yield (part.get(key) or part).problem("unknown-event", detail, hint, at_key=True)
