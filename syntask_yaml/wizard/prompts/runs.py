"""Ask for environment variables, the concurrency limit and tags."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from syntask_yaml.errors import UsageError
from syntask_yaml.model.secret import is_secret_name, is_secret_value
from syntask_yaml.project.spelling import block_reference, slug
from syntask_yaml.template import is_template
from syntask_yaml.wizard.context import InterviewContext
from syntask_yaml.wizard.draft import Draft
from syntask_yaml.wizard.questions import NOTHING, Choice, Interview, Select, Text

_PAIR = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=(?P<value>.*)", re.DOTALL)


def ask_environment(draft: Draft, context: InterviewContext) -> Interview[Draft]:
    """Ask for environment variables, one after the other. Raises UsageError."""
    for name, value in context.given.environment.items():
        if problem := _secret_problem(name, value, context):
            raise UsageError(f"`--env {name}=…`: {problem}")
    if context.given.environment:
        return draft.put_job_variables(
            env={**(draft.job_variables.get("env") or {}), **context.given.environment}
        )
    while True:
        known: Mapping[str, Any] = draft.job_variables.get("env") or {}
        pair = yield from Text(
            "environment",
            "Environment variable as NAME=VALUE (Enter: done)",
            default="",
            may_be_empty=True,
            check=lambda text: _pair_problem(text, context),
            notes=[f"Set so far: {', '.join(known)}. NAME={NOTHING} removes one."] if known else (),
        ).ask(context.answers)
        match = _PAIR.fullmatch(pair)
        if match is None:
            return draft
        value = match["value"].strip()
        changed = {**known, match["name"]: value}
        if value == NOTHING:
            del changed[match["name"]]
        draft = draft.put_job_variables(env=changed)


def _pair_problem(text: str, context: InterviewContext) -> str:
    match = _PAIR.fullmatch(text)
    if not text:
        return ""
    if match is None:
        return "Write NAME=value."
    return _secret_problem(match["name"], match["value"].strip(), context)


def _secret_problem(name: str, value: str, context: InterviewContext) -> str:
    """Return why the variable *name* is not saved as typed; empty if it is not a secret."""
    if not (is_secret_name(name) or is_secret_value(value)) or value in ("", NOTHING) or is_template(value):
        return ""
    block = block_reference("secret", slug(name.lower()), context.project.dialect)
    return f"The value would be saved in plain text. Refer to a secret block: `{name}={block}`."


def ask_limit(draft: Draft, context: InterviewContext) -> Interview[Draft]:
    """Ask for the concurrency limit, and for the treatment of runs that exceed it."""
    if context.given.overrides.concurrency_limit is not None:
        return draft
    declared = draft.fields.get("concurrency_limit")
    more: dict[str, Any] = dict(declared) if isinstance(declared, dict) else {}
    current = more.pop("limit", None) if isinstance(declared, dict) else declared
    text = yield from Text(
        "limit",
        "Concurrency limit?",
        default="" if current is None else str(current),
        check=_limit_problem,
        notes=[] if current else ["Enter: no limit."],
    ).ask_optional(context.answers)
    if not text:
        return draft.put(concurrency_limit=None)
    limit: Any = int(text) if text.isdigit() else text
    strategy = yield from Select(
        "collision",
        "Runs beyond the limit?",
        choices=[Choice("ENQUEUE", "Wait"), Choice("CANCEL_NEW", "Are cancelled")],
        default=more.get("collision_strategy") or "ENQUEUE",
    ).ask(context.answers)
    if strategy != "ENQUEUE" or "collision_strategy" in more:
        more["collision_strategy"] = strategy
    return draft.put(concurrency_limit={"limit": limit, **more} if more else limit)


def _limit_problem(text: str) -> str:
    return (
        ""
        if text.isdecimal() and text.isascii() and int(text) > 0
        else "Enter a whole number greater than 0."
    )


def ask_tags(draft: Draft, context: InterviewContext) -> Interview[Draft]:
    """Ask for tags."""
    if context.given.overrides.tags:
        return draft
    declared = draft.fields.get("tags")
    tags = declared if isinstance(declared, list) else [declared] if declared else []
    if not all(isinstance(tag, str) and "," not in tag for tag in tags):
        return draft
    text = yield from Text(
        "tags", "Tags, separated by commas", default=", ".join(tags), notes=[] if tags else ["Enter: none."]
    ).ask_optional(context.answers)
    return draft.put(tags=list(dict.fromkeys(filter(None, map(str.strip, text.split(","))))))
