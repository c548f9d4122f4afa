"""The requirements of a Prefect server for triggers beyond their schema, checked before the first write.

The bounds are those of `prefect.server.events.schemas.automations` (3.8.8).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.node import Node
from syntask_yaml.model.timing import MAX_INTERVAL
from syntask_yaml.model.trigger import seconds_of, trigger_type
from syntask_yaml.project.slips import slip_node

_LEAST = {"Proactive": 10, "metric": 300}
_STARTS = frozenset(f"prefect.flow-run.{state}" for state in ("Scheduled", "Pending", "Running", "*"))

_ENDS = "prefect.flow-run.Completed"

# The keys that select events.
_SELECTING = ("expect", "match", "match_related", "after", "threshold")

IsOpen = Callable[[object], bool]


def _place(trigger: Node, *keys: str) -> Node:
    """Return the node of a misspelling of one of *keys* of a trigger, or else the trigger itself."""
    return slip_node(trigger, keys, "trigger") or trigger


def check_trigger(trigger: Node, is_open: IsOpen) -> Iterator[Diagnostic]:
    """Yield why a server would reject a deployment's trigger; values that are *is_open* are not checked."""
    yield from check_form(trigger, is_open)
    yield from tuple(check_loops(trigger, is_open)) or check_chain(trigger, is_open)


def check_loops(trigger: Node, is_open: IsOpen) -> Iterator[Diagnostic]:
    """Yield the triggers that fire again for the runs that they start."""
    given = {key: value for key, value in trigger.value.items() if value is not None}
    inner = trigger.get("triggers")
    for each in inner.children() if inner is not None else ():
        if isinstance(each.value, dict):
            yield from check_loops(each, is_open)
    keys = ("type", "posture", "expect")
    if any(is_open(given.get(key)) for key in keys) or (given.get("type") or trigger_type(given)) != "event":
        return
    if given.get("posture", "Reactive") == "Reactive" and _is_loop(given):
        node = _place(trigger, *_SELECTING)
        detail = "Every run that the trigger starts would fire it again, so a server rejects it."
        hint = "Select other runs with `match` or `match_related`."
        yield node.problem("wrong-value", detail, hint)


def check_chain(trigger: Node, is_open: IsOpen) -> Iterator[Diagnostic]:
    """Warn of a trigger that fires when any run completes, and so once more for each run that it starts."""
    given = {key: value for key, value in trigger.value.items() if value is not None}
    keys = ("type", "posture", "expect", "threshold")
    if any(is_open(given.get(key)) for key in keys) or (given.get("type") or trigger_type(given)) != "event":
        return
    if given.get("posture", "Reactive") == "Reactive" and _fires_on_own_completion(given):
        node = trigger.get("expect") or _place(trigger, *_SELECTING)
        detail = "It fires for every run that completes, so each run that it starts would start another one."
        hint = "Select events with `expect`, or runs with `match` or `match_related`."
        yield node.problem("wrong-value", detail, hint).as_warning()


def check_form(trigger: Node, is_open: IsOpen) -> Iterator[Diagnostic]:
    """Yield why a server would reject a trigger, of a deployment or an automation."""
    given = {key: value for key, value in trigger.value.items() if value is not None}
    if any(is_open(given.get(key)) for key in ("type", "posture")):
        return
    kind = given.get("type") or trigger_type(given)
    yield from check_durations(trigger, ("schedule_after", "within"), is_open)
    yield from _RULES.get(kind, _check_sequence)(trigger, given, is_open)


def check_durations(
    node: Node, keys: tuple[str, ...], is_open: IsOpen, least: float = 0
) -> Iterator[Diagnostic]:
    """Report invalid durations, and those shorter than *least* seconds."""
    for key in keys:
        at = node.get(key)
        if at is None or at.value is None or is_open(at.value):
            continue
        seconds = seconds_of(at.value)
        if seconds is None:
            hint = "Write seconds (`900`), an ISO 8601 duration (`PT15M`), or `0:15:00`."
            yield at.problem("invalid-interval", f"`{str(at.value)[:60]}` is not a duration.", hint)
        elif not least <= seconds <= MAX_INTERVAL:
            detail = (
                f"`{key}` is {seconds:g} seconds; "
                f"a server accepts at least {least:g} seconds and at most 10^9 days."
            )
            yield at.problem("wrong-value", detail, f"Write `{key}: {least:g}` or more.")


def _check_event(trigger: Node, given: Mapping[str, Any], is_open: IsOpen) -> Iterator[Diagnostic]:
    posture = given.get("posture", "Reactive")
    if posture == "Metric":
        yield from _check_posture(trigger, "event", "Reactive", "Proactive")
    elif posture == "Proactive":
        yield from _check_absence(trigger, given.get("within"), is_open)


def _check_absence(trigger: Node, within: Any, is_open: IsOpen) -> Iterator[Diagnostic]:
    """Report the time for which a Proactive trigger waits for events before it fires, repeatedly."""
    if is_open(within):
        return
    if within is None or seconds_of(within) == 0:
        node = trigger.get("within") or _place(trigger, "within")
        detail = "A Proactive trigger without `within` starts a run every 10 seconds while nothing happens."
        yield node.problem(
            "missing-key", detail, "Set `within:` to the time without events after which the trigger fires."
        ).as_warning()
    elif (seconds_of(within) or 0) > 0:
        yield from check_durations(trigger, ("within",), is_open, _LEAST["Proactive"])


def _is_loop(given: Mapping[str, Any]) -> bool:
    """Return whether runs of the deployment itself fire the trigger, by the server's own check."""
    return not _STARTS.isdisjoint(_expected(given)) and _is_for_every_run(given)


def _fires_on_own_completion(given: Mapping[str, Any]) -> bool:
    """Return whether the trigger fires when a run of the deployment completes, which a server accepts."""
    expected = _expected(given)
    meant = (each == _ENDS or (each.endswith("*") and _ENDS.startswith(each[:-1])) for each in expected)
    is_alone = not given.get("after") and given.get("threshold", 1) in (0, 1)
    return (not expected or any(meant)) and is_alone and _is_for_every_run(given)


def _expected(given: Mapping[str, Any]) -> Sequence[str]:
    expect = given.get("expect") or ()
    return [expect] if isinstance(expect, str) else [str(each) for each in expect]


def _is_for_every_run(given: Mapping[str, Any]) -> bool:
    related = given.get("match_related") or {}
    return (
        given.get("enabled", True) is True
        and _is_every_run(given.get("match"))
        and any(map(_is_every_run, related if isinstance(related, list) else [related]))
    )


def _is_every_run(labels: Mapping[str, Any] | None) -> bool:
    if not labels:
        return True
    ids = labels.get("prefect.resource.id") or ()
    return len(labels) == 1 and "prefect.flow-run.*" in ([ids] if isinstance(ids, str) else ids)


def _check_metric(trigger: Node, given: Mapping[str, Any], is_open: IsOpen) -> Iterator[Diagnostic]:
    if given.get("posture", "Metric") != "Metric":
        yield from _check_posture(trigger, "metric", "Metric")
    metric = trigger.get("metric")
    if metric is None or not isinstance(metric.value, dict):
        node = _place(trigger, "metric")
        yield node.problem("missing-key", "A metric trigger requires `metric`.", "Add `metric:`.")
        return
    yield from check_durations(metric, ("range", "firing_for"), is_open, _LEAST["metric"])


def _check_compound(trigger: Node, given: Mapping[str, Any], is_open: IsOpen) -> Iterator[Diagnostic]:
    require, count = given.get("require"), len(given.get("triggers") or ())
    node = trigger.get("require") or _place(trigger, "require")
    if require is None:
        hint = "Add `require: all`, `require: any` or a number."
        yield node.problem("missing-key", "A compound trigger requires `require`.", hint)
    elif not is_open(require) and require not in ("any", "all"):
        text = str(require).strip()
        if not text.isascii() or not text.isdigit() or not 1 <= len(text) <= 9 or not 1 <= int(text) <= count:
            detail = f"`require` is `{text[:60]}`; expected `any`, `all` or a number from 1 to {count}."
            yield node.problem("wrong-value", detail, "The number must not exceed the number of `triggers`.")
    yield from _check_sequence(trigger, given, is_open)


def _check_sequence(trigger: Node, _given: Mapping[str, Any], is_open: IsOpen) -> Iterator[Diagnostic]:
    inner = trigger.get("triggers")
    for each in inner.children() if inner is not None else ():
        if isinstance(each.value, dict):
            yield from check_form(each, is_open)


def _check_posture(trigger: Node, kind: str, *choices: str) -> Iterator[Diagnostic]:
    listed = " or ".join(f"`{choice}`" for choice in choices)
    node = trigger.get("posture") or trigger
    detail = f"A trigger of type `{kind}` requires the posture {listed}, not `{node.value}`."
    yield node.problem("conflicting-keys", detail, "Change `posture` or `type`.")


_RULES: Mapping[str, Callable[[Node, Mapping[str, Any], IsOpen], Iterator[Diagnostic]]] = {
    "event": _check_event,
    "metric": _check_metric,
    "compound": _check_compound,
}
