"""The rules for project files beyond the JSON Schema: a table by location.

A rule checks one node and yields problems. It is not applied to values with templates: those are checked
again after the templates have been resolved.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Set
from functools import lru_cache
from typing import Any

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.node import Node
from syntask_yaml.document.scalars import odd_base
from syntask_yaml.model.schedule import TIMING_KEYS
from syntask_yaml.project.readable import warn_of_readable_secrets
from syntask_yaml.project.schedule_rules import (
    counts_from_what_is_meant,
    fires_soon,
    has_one_timing,
    is_cron,
    is_interval,
    is_moment,
    is_rrule,
    is_zone,
    says_which_days,
)
from syntask_yaml.project.slips import slip_node, slip_of
from syntask_yaml.project.trigger_rules import check_durations, check_trigger
from syntask_yaml.source import Source
from syntask_yaml.template import is_template

Rule = Callable[[Node], Iterator[Diagnostic]]


def is_name(node: Node) -> Iterator[Diagnostic]:
    """Check that a deployment's name is valid in `flow/name`, and in a URL."""
    found = re.search(r"[/%&<>]", str(node.value or ""))
    if found:
        detail = f"The name of a deployment must not contain `{found[0]}`."
        yield node.problem("invalid-name", detail, "Use letters, digits, spaces, `-` and `_`.")
    elif node.value.strip() not in ("", node.value):
        stripped = node.value.strip()
        detail = f"The name `{node.value}` begins or ends with a space, so it differs from `{stripped}`."
        yield node.problem("invalid-name", detail, "Remove the space.").as_warning()


def was_name(node: Node) -> Iterator[Diagnostic]:
    """Check that a former name is valid, with or without the name of its flow."""
    if re.search(r"[%&<>]|/.*/|^/|/$", node.value):
        detail = f"No deployment can have had the name `{node.value}`."
        yield node.problem("invalid-name", detail, "Write `flow/name`, or `name` if the flow is the same.")


def has_distinct_slugs(node: Node) -> Iterator[Diagnostic]:
    """Check that the slugs of a deployment's schedules are distinct."""
    if sum("slug" in schedule for schedule in node.value if isinstance(schedule, dict)) < 2:
        return
    seen: set[str] = set()
    for schedule in node.children():
        slug = schedule.get("slug")
        if slug is None or not isinstance(slug.value, str) or not slug.value or is_template(slug.value):
            continue
        if slug.value in seen:
            detail = f"Another schedule of this deployment has the slug `{slug.value}`."
            yield slug.problem("duplicate-slug", detail, "Change or remove one of the slugs.")
        seen.add(slug.value)


def is_as_written(node: Node) -> Iterator[Diagnostic]:
    """Check that a number converted to a text keeps its notation: `3.10` is not `3.1`."""
    for item in node.each():
        if not isinstance(item.value, (int, float)):
            continue
        written = item.span.text
        if str(item.value) != written and "{{" not in written and not odd_base(written):
            detail = f"The unquoted `{written}` becomes the text `{item.value}`."
            yield item.problem("wrong-value", detail, f'Write `"{written}"`.').as_warning()


def has_a_limit(node: Node) -> Iterator[Diagnostic]:
    """Check that a concurrency limit with options has a number."""
    if not node.value or slip_of("limit", node.value, "concurrency_limit"):
        return
    if node.value.get("limit") is None:
        detail = "Without `limit`, there is no limit and the other keys have no effect."
        yield node.problem(
            "missing-limit", detail, "Add `limit:`, or remove `concurrency_limit`."
        ).as_warning()


def has_one_schedule_key(node: Node) -> Iterator[Diagnostic]:
    """Check that a deployment does not have both `schedule` and `schedules`."""
    single = node.get("schedule") if node.value.get("schedules") else None
    if single is not None and single.value:
        detail = "The deployment has both `schedule` and `schedules`."
        yield single.problem("conflicting-keys", detail, "Move it to the `schedules` list.", at_key=True)


def is_identified(node: Node) -> Iterator[Diagnostic]:
    """Check that a deployment has a name and an entrypoint."""
    for key in ("name", "entrypoint"):
        value = node.value.get(key)
        is_blank = value is None or (isinstance(value, str) and not value.strip())
        if is_blank and slip_of(key, node.value, "deployment") is None:
            at = node.get(key)
            detail = f"A deployment requires `{key}`."
            hint = (
                "Write `entrypoint: path/to/file.py:function`." if key == "entrypoint" else "Write `name: …`."
            )
            yield (at or node).problem("missing-key", detail, hint, at_key=at is not None)


def has_one_promise(node: Node) -> Iterator[Diagnostic]:
    """Check that an SLA has exactly one promise."""
    keys = ("duration", "within", "stale_after")
    given = [key for key in keys if node.value.get(key) is not None]
    if len(given) != 1:
        slip = slip_node(node, keys, "sla") if not given else None
        detail = "An SLA requires exactly one of `duration`, `within` and `stale_after`."
        hint = "Move the others to separate entries." if given else "Add one of them."
        code = "conflicting-keys" if given else "missing-key"
        yield (slip or node).problem(code, detail, hint, at_key=slip is not None)


# The rules for a mapping (several keys, which the rule checks) and for its values (one key), in the order in
# which problems are displayed. The schema reports values of other types.
Table = tuple[tuple[str | tuple[str, ...], type | tuple[type, ...], Rule], ...]

DEPLOYMENT_RULES: Table = (
    (("name", "entrypoint"), dict, is_identified),
    (("schedule", "schedules"), dict, has_one_schedule_key),
    (("parameters", "work_pool"), dict, warn_of_readable_secrets),
    ("name", str, is_name),
    ("renamed_from", str, was_name),
    ("version", (int, float), is_as_written),
    ("tags", list, is_as_written),
    ("concurrency_limit", dict, has_a_limit),
    ("schedules", list, has_distinct_slugs),
)
SCHEDULE_RULES: Table = (
    (TIMING_KEYS, dict, has_one_timing),
    (TIMING_KEYS, dict, fires_soon),
    (("cron", "day_or"), dict, says_which_days),
    ("cron", str, is_cron),
    ("interval", (str, int, float), is_interval),
    ("rrule", str, is_rrule),
    ("timezone", str, is_zone),
    ("anchor_date", str, is_moment),
    (("interval", "anchor_date", "timezone"), dict, counts_from_what_is_meant),
)
SLA_RULES: Table = ((("duration", "within", "stale_after"), dict, has_one_promise),)


def check_rules(
    deployment: Node, *, is_open: Callable[[object], bool] = is_template, changed: Set[str] | None = None
) -> Iterator[Diagnostic]:
    """Yield violations of the rules by one deployment; fields in *is_open* are not checked.

    *changed*: the keys whose values have changed since the deployment was checked; None for all.
    """
    keys = deployment.value if changed is None else changed
    yield from _ask(deployment, DEPLOYMENT_RULES, is_open, changed)
    if "schedules" in keys or "schedule" in keys:
        for schedule in schedules_of(deployment):
            if not _is_sound(schedule.value):
                yield from _ask(schedule, SCHEDULE_RULES, is_open)
    if "sla" in keys and (promises := deployment.get("sla")) is not None:
        for promise in promises.children():
            yield from _ask(promise, SLA_RULES, is_open)
            yield from check_durations(promise, ("duration", "within", "stale_after"), is_open)
    if "triggers" in keys:
        for trigger in triggers_of(deployment):
            yield from check_trigger(trigger, is_open)


def triggers_of(deployment: Node) -> Iterator[Node]:
    """Yield every trigger of a deployment that is a mapping, except nested ones."""
    triggers = deployment.get("triggers")
    for trigger in triggers.children() if triggers is not None else ():
        if isinstance(trigger.value, dict):
            yield trigger


def schedules_of(deployment: Node) -> Iterator[Node]:
    """Yield every schedule of a deployment, from either key and in any form."""
    for key in ("schedule", "schedules"):
        node = deployment.get(key)
        if node is None or not node.value:
            continue
        for schedule in node.each():
            if isinstance(schedule.value, dict):
                yield schedule


def _ask(
    mapping: Node, table: Table, is_open: Callable[[object], bool], changed: Set[str] | None = None
) -> Iterator[Diagnostic]:
    if not isinstance(mapping.value, dict):
        return
    for keys, types, rule in table:
        if isinstance(keys, tuple):
            if changed is None or not changed.isdisjoint(keys):
                yield from rule(mapping)
        elif changed is None or keys in changed:
            value = mapping.value.get(keys)
            if isinstance(value, types) and not is_open(value) and (node := mapping.get(keys)) is not None:
                yield from rule(node)


def _is_sound(schedule: Mapping[str, Any]) -> bool:
    """Return whether the *schedule* is certainly valid: a cached check of common ones like `0 6 * * *`."""
    try:
        return _are_sound(tuple(schedule.get(key) for key in TIMING_KEYS), frozenset(schedule))
    except TypeError:  # a value is neither a text nor a number
        return False


@lru_cache(maxsize=4096)
def _are_sound(values: tuple[Any, ...], keys: frozenset[str]) -> bool:
    """Return whether a schedule with these *keys*, and these *values* of its timing, is valid."""
    timing = dict(zip(TIMING_KEYS, values, strict=True))
    schedule = Node({key: timing.get(key) for key in keys}, Source("", ""), 0)
    return not any(map(is_template, values)) and not any(_ask(schedule, SCHEDULE_RULES, is_template))
