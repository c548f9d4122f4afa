"""What a project file must obey beyond its shape: a table of rules by place.

A rule looks at one node and yields problems. It is not asked about values that hold templates: those
are looked at again when the templates have been resolved.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from syntask_yaml.diagnostics import Diagnostic, nearest
from syntask_yaml.document.node import Node
from syntask_yaml.document.scalars import odd_base
from syntask_yaml.project.readable import keeps_secrets_apart
from syntask_yaml.project.schedule_rules import (
    fires_soon,
    has_one_timing,
    is_cron,
    is_interval,
    is_moment,
    is_rrule,
    is_zone,
)
from syntask_yaml.project.schema import project_schema
from syntask_yaml.project.trigger_rules import check_durations, check_trigger
from syntask_yaml.template import is_template

Rule = Callable[[Node], Iterator[Diagnostic]]


def is_name(node: Node) -> Iterator[Diagnostic]:
    """A deployment's name can stand in `flow/name`, and in a URL."""
    found = re.search(r"[/%&<>]", str(node.value or ""))
    if found:
        detail = f"The name of a deployment must not contain `{found[0]}`."
        yield node.problem("invalid-name", detail, "Use letters, digits, spaces, `-` and `_`.")


def has_distinct_slugs(node: Node) -> Iterator[Diagnostic]:
    """The slugs of a deployment's schedules are told apart."""
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
    """A number that becomes a text says the same before and after: `3.10` is not `3.1`."""
    for item in node.children() if isinstance(node.value, list) else (node,):
        written, is_number = item.span.text, isinstance(item.value, (int, float))
        if is_number and str(item.value) != written and "{{" not in written and not odd_base(written):
            detail = f"The unquoted `{written}` becomes the text `{item.value}`."
            yield item.problem("wrong-value", detail, f'Write `"{written}"`.').as_warning()


def has_a_limit(node: Node) -> Iterator[Diagnostic]:
    """A concurrency limit with options says how many."""
    if node.value and node.value.get("limit") is None:
        detail = "Without `limit`, there is no limit and the other keys have no effect."
        yield node.problem(
            "missing-limit", detail, "Add `limit:`, or remove `concurrency_limit`."
        ).as_warning()


def has_one_schedule_key(node: Node) -> Iterator[Diagnostic]:
    single, several = node.get("schedule"), node.get("schedules")
    if single is not None and several is not None and single.value and several.value:
        detail = "The deployment has both `schedule` and `schedules`."
        yield single.problem("conflicting-keys", detail, "Move it to the `schedules` list.", at_key=True)


def is_identified(node: Node) -> Iterator[Diagnostic]:
    """A deployment has a name and an entrypoint."""
    for key in ("name", "entrypoint"):
        if node.value.get(key) in (None, "") and slip_of(key, node) is None:
            place = node.get(key)
            detail = f"A deployment requires `{key}`."
            hint = (
                "Write `entrypoint: path/to/file.py:function`." if key == "entrypoint" else "Write `name: …`."
            )
            yield (place or node).problem("missing-key", detail, hint, at_key=place is not None)


def slip_of(key: str, entry: Node) -> str | None:
    """The key that *entry* has in the place of *key*: no key of a deployment, and reported as that."""
    if key in entry.value:
        return None
    known = project_schema()["$defs"]["deployment"]["properties"]
    return nearest(key, (each for each in map(str, entry.value) if each not in known))


def has_one_promise(node: Node) -> Iterator[Diagnostic]:
    """An SLA promises exactly one thing."""
    given = [key for key in ("duration", "within", "stale_after") if node.value.get(key) is not None]
    if len(given) != 1:
        detail = "An SLA requires exactly one of `duration`, `within` and `stale_after`."
        hint = "Move the others to separate entries." if given else "Add one of them."
        yield node.problem("conflicting-keys" if given else "missing-key", detail, hint)


# What is asked of a mapping (no key) and of its values, in the order in which problems are shown. A value
# of another type is the schema's business.
Table = tuple[tuple[str | None, type | tuple[type, ...], Rule], ...]

DEPLOYMENT_RULES: Table = (
    (None, dict, is_identified),
    (None, dict, has_one_schedule_key),
    (None, dict, keeps_secrets_apart),
    ("name", str, is_name),
    ("version", (int, float), is_as_written),
    ("tags", list, is_as_written),
    ("concurrency_limit", dict, has_a_limit),
    ("schedules", list, has_distinct_slugs),
)
SCHEDULE_RULES: Table = (
    (None, dict, has_one_timing),
    (None, dict, fires_soon),
    ("cron", str, is_cron),
    ("interval", (str, int, float), is_interval),
    ("rrule", str, is_rrule),
    ("timezone", str, is_zone),
    ("anchor_date", str, is_moment),
)
SLA_RULES: Table = ((None, dict, has_one_promise),)


def check_rules(deployment: Node, *, is_open: Callable[[object], bool] = is_template) -> Iterator[Diagnostic]:
    """Everything about one deployment that the rules do not allow; none is asked of what *is_open*."""
    yield from _ask(deployment, DEPLOYMENT_RULES, is_open)
    for schedule in schedules_of(deployment):
        yield from _ask(schedule, SCHEDULE_RULES, is_open)
    promises = deployment.get("sla")
    for promise in promises.children() if promises is not None else ():
        yield from _ask(promise, SLA_RULES, is_open)
        yield from check_durations(promise, ("duration", "within", "stale_after"), is_open)
    for trigger in triggers_of(deployment):
        yield from check_trigger(trigger, is_open)


def triggers_of(deployment: Node) -> Iterator[Node]:
    """Yield every trigger of a deployment that is a mapping, but for those inside others."""
    triggers = deployment.get("triggers")
    for trigger in triggers.children() if triggers is not None else ():
        if isinstance(trigger.value, dict):
            yield trigger


def schedules_of(deployment: Node) -> Iterator[Node]:
    """Every schedule of a deployment, under whichever key and in whichever form it was written."""
    for key in ("schedule", "schedules"):
        node = deployment.get(key)
        if node is None or not node.value:
            continue
        for schedule in node.children() if isinstance(node.value, list) else (node,):
            if isinstance(schedule.value, dict):
                yield schedule


def _ask(mapping: Node, table: Table, is_open: Callable[[object], bool]) -> Iterator[Diagnostic]:
    if not isinstance(mapping.value, dict):
        return
    for key, types, rule in table:
        value = mapping.value if key is None else mapping.value.get(key)
        if isinstance(value, types) and not is_open(value):
            node = mapping if key is None else mapping.get(key)
            if node is not None:
                yield from rule(node)
