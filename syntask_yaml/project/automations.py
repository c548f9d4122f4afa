"""Check the automations of a project file, independent of the backend."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from syntask_yaml.diagnostics import Diagnostic, did_you_mean, nearest
from syntask_yaml.document.node import Node
from syntask_yaml.model.automation import ACTIONS, EVENT_NAMES, ActionType
from syntask_yaml.model.run_event import PREFIX, STATES
from syntask_yaml.model.value import Unknown
from syntask_yaml.project.command_rules import check_command
from syntask_yaml.project.slips import meant_by
from syntask_yaml.project.static import as_diagnostic
from syntask_yaml.project.trigger_rules import IsOpen, check_form
from syntask_yaml.template import Anything, Scope, Unresolved, is_template, resolve

_EVENTS = tuple(f"{PREFIX}{state}" for state in STATES)
# Filters that only a server has.
_SERVER_FILTERS = re.compile(r"\|\s*(?:ui_url|ui_resource_events_url)\b")
_OF_AUTOMATION = ("name", "description", "enabled")
_OF_ACTION = ("parameters", "job_variables", "schedule_after")
_ADDRESS = re.compile(r"[^\s@,<>]+@[^\s@,<>]+")
_BLOCK = re.compile(r"[a-z0-9-]+/[a-z0-9-]+")


def automations_of(tree: Node) -> tuple[Node, ...]:
    """Return the automations of a project file, as they are written."""
    node = tree.at(("resources", "automations"))
    is_there = node.path == ("resources", "automations") and isinstance(node.value, list)
    return tuple(each for each in node.children() if isinstance(each.value, dict)) if is_there else ()


def check_automations(tree: Node, values: Mapping[str, Any] | None = None) -> Iterator[Diagnostic]:
    """Yield all violations of the rules by the automations of a file; *values* are the project's."""
    seen: dict[str, Node] = {}
    for node in automations_of(tree):
        yield from check_automation(node)
        yield from _check_templates(node, values)
        name = node.value.get("name")
        if isinstance(name, str) and (first := seen.setdefault(name, node)) is not node:
            detail = f"An automation with the name `{name}` is already declared on line {first.span.line}."
            at = node.get("name") or node
            yield at.problem("duplicate-automation", detail, "Rename one of them.")


def check_automation(node: Node, is_open: IsOpen = is_template) -> Iterator[Diagnostic]:
    """Yield all violations of the rules by one automation; values that are *is_open* are not checked."""
    trigger = node.get("trigger")
    if trigger is not None and isinstance(trigger.value, dict):
        yield from check_form(trigger, is_open)
        yield from _check_keys_of_trigger(trigger)
        yield from _check_events(trigger, is_open)
    actions = node.get("actions")
    for action in actions.children() if actions is not None else ():
        kind = action.value.get("type") if isinstance(action.value, dict) else None
        if isinstance(kind, str) and kind in ACTIONS:
            yield from _check_action(action, ACTIONS[kind], is_open)


def _check_keys_of_trigger(trigger: Node) -> Iterator[Diagnostic]:
    for keys, where in (
        (_OF_AUTOMATION, "to the automation"),
        (_OF_ACTION, "to an action that starts a run"),
    ):
        for node in filter(None, map(trigger.get, keys)):
            detail = f"The trigger of an automation has no key `{node.path[-1]}`."
            yield node.problem("unknown-key", detail, f"Move it {where}.", at_key=True)


def _check_events(trigger: Node, is_open: IsOpen) -> Iterator[Diagnostic]:
    """Yield the misspelled names of events, including those of nested triggers."""
    for key in ("expect", "after"):
        for each in trigger.each_of(key):
            if isinstance(each.value, str) and each.value and not is_open(each.value):
                yield from _check_event(each)
    inner = trigger.get("triggers")
    for each in inner.children() if inner is not None else ():
        if isinstance(each.value, dict):
            yield from _check_events(each, is_open)


def _check_event(node: Node) -> Iterator[Diagnostic]:
    name = node.value.removeprefix("!")
    if "*" in name or name in _EVENTS:
        return
    state = name.removeprefix(PREFIX)
    is_of_run = state != name
    near = nearest(state, STATES) if is_of_run else nearest(name, _EVENTS)
    if near is not None:
        detail = f"There is no event `{name}`."
        meant = f"{PREFIX}{near}" if is_of_run else near
        yield node.problem("unknown-event", detail, f"Did you mean `{meant}`?")
    elif is_of_run:
        detail = f"Runs enter a state called `{state}` only if their flow returns one of that name."
        hint = f"The usual names are {', '.join(f'`{each}`' for each in STATES[:4])}."
        yield node.problem("unknown-event", detail, hint).as_warning()


def _check_action(action: Node, kind: ActionType, is_open: IsOpen) -> Iterator[Diagnostic]:
    name = action.value["type"]
    for key in action.value:
        if key not in kind.keys and any(key in each.keys for each in ACTIONS.values()):
            detail = f"`{name}` has no key `{key}`."
            node = action.get(key) or action
            hint = f"It has {', '.join(f'`{each}`' for each in kind.keys[1:])}."
            yield node.problem("unknown-key", detail, hint, at_key=True)
    meant = meant_by(action.value, "action")
    for key in kind.needs:
        if action.value.get(key) in (None, "", []) and key not in meant:
            yield action.problem("missing-key", f"`{name}` requires `{key}`.", _missing(key, kind))
    yield from check_command(action)
    for each in action.each_of("to"):
        if isinstance(each.value, str) and each.value and not is_open(each.value):
            yield from _check_address(each)
    block = action.get("block")
    if block is not None and isinstance(block.value, str) and block.value and not is_open(block.value):
        yield from _check_block(block, name, kind)


def _check_address(node: Node) -> Iterator[Diagnostic]:
    if not _ADDRESS.fullmatch(node.value):
        detail = f"`{node.value[:60]}` is not an e-mail address."
        yield node.problem("wrong-value", detail, "Write `name@example.com`.")


def _missing(key: str, kind: ActionType) -> str:
    if key != "block":
        return f"Add `{key}:`."
    block = kind.blocks[0]
    return f"Create one with `syntask block create {block} NAME`, and write `block: {block}/NAME`."


def _check_block(block: Node, action: str, kind: ActionType) -> Iterator[Diagnostic]:
    slug = block.value.partition("/")[0]
    if not _BLOCK.fullmatch(block.value):
        hint = f"Write `block: {kind.blocks[0]}/NAME`."
        detail = f"`{block.value[:60]}` is not the type and the name of a block."
        yield block.problem("wrong-value", detail, hint)
    elif slug not in kind.blocks:
        listed = " or ".join(f"`{each}`" for each in kind.blocks)
        detail = f"`{action}` requires a block of type {listed}, not `{slug}`."
        yield block.problem("wrong-value", detail, did_you_mean(slug, kind.blocks))


def _check_templates(node: Node, values: Mapping[str, Any] | None) -> Iterator[Diagnostic]:
    """Yield the undefined names and invalid expressions in the texts of an automation."""
    scope = Scope(
        environ=Anything(),
        variables=Anything(),
        outputs={name: Unknown(name) for name in EVENT_NAMES},
        values=values,
        is_static=True,
    )
    yield from unresolved(node, _without_server_filters(node.value), scope)


def unresolved(node: Node, value: Any, scope: Scope) -> list[Diagnostic]:
    """Return the placeholders in *value*, the value of *node*, that are undefined in *scope*."""
    found: list[Unresolved] = []
    resolve(value, scope, found.append)
    return [about_event(each, node) for each in found]


def about_event(found: Unresolved, node: Node) -> Diagnostic:
    """Return the problem of a placeholder below *node*, where an event is available instead of steps."""
    problem = as_diagnostic(found, node)
    return replace(problem, detail=problem.detail.replace("No step before this one outputs", "No event has"))


def _without_server_filters(value: Any) -> Any:
    if isinstance(value, str):
        return _SERVER_FILTERS.sub("", value)
    if isinstance(value, dict):
        return {key: _without_server_filters(item) for key, item in value.items()}
    return [_without_server_filters(item) for item in value] if isinstance(value, list) else value
