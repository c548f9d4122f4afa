"""Ask for the work pool."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from syntask_yaml.backend.ids import check_name
from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.errors import BackendRefused, UsageError
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.pool_type import pool_type
from syntask_yaml.wizard.context import InterviewContext
from syntask_yaml.wizard.draft import Draft
from syntask_yaml.wizard.questions import Choice, Interview, Select, Text

NEW = "/new"  # no pool can have this name


def ask_pool(draft: Draft, context: InterviewContext) -> Interview[Draft]:
    """Ask for one of the backend's pools, or a new one."""
    given = context.given.overrides.work_pool
    if given is not None:
        return (yield from _with_given(draft, given, context))
    pools = [pool for pool in context.backend.pools if pool_type(pool.type).is_offered]
    chosen = NEW
    if pools:
        chosen = yield from Select(
            "pool",
            "Work pool?",
            choices=[*_choices(pools), Choice(NEW, "Create a work pool", is_option=False)],
            default=_default(draft, context),
        ).ask(context.answers)
    known = {pool.name: pool for pool in pools}
    if chosen in known:
        return _with_pool(draft, known[chosen])
    name = yield from Text(
        "pool",
        "Name of the new work pool?",
        check=lambda text: _name_problem(text, context),
        takes_templates=False,
    ).ask(context.answers)
    pool = yield from _ask_new(name, context)
    return replace(_with_pool(draft, pool), new_pool=pool)


def _with_pool(draft: Draft, pool: WorkPool) -> Draft:
    named = {**(draft.fields.get("work_pool") or {}), "name": pool.name}
    return replace(draft.put(work_pool={"name": pool.name, **named}), pool=pool)


def _with_given(draft: Draft, name: str, context: InterviewContext) -> Interview[Draft]:
    known = {pool.name: pool for pool in context.backend.pools}
    if name in known:
        return replace(draft, pool=known[name])
    if "pool type" in context.answers:
        pool = yield from _ask_new(name, context)
        return replace(draft, pool=pool, new_pool=pool)
    otherwise = f"Run `syntask work-pool create {name}` to create it."
    raise UsageError(
        f"The backend has no work pool `{name}`.", hint=did_you_mean(name, known, otherwise=otherwise)
    )


def _ask_new(name: str, context: InterviewContext) -> Interview[WorkPool]:
    types = [each for each in context.backend.pool_types() if pool_type(each).is_offered]
    if len(types) == 1 and "pool type" not in context.answers:
        return WorkPool(name=name, type=types[0])
    width = max(map(len, types))
    kind = yield from Select(
        "pool type",
        "Type of the work pool?",
        choices=[Choice(each, f"{each:<{width}}  {pool_type(each).title}".rstrip()) for each in types],
    ).ask(context.answers)
    return WorkPool(name=name, type=kind)


def _choices(pools: list[WorkPool]) -> Iterator[Choice]:
    width = max(len(pool.name) for pool in pools)
    for pool in pools:
        yield Choice(pool.name, f"{pool.name:<{width}}  {pool.type}  {pool.status or ''}".rstrip())


def _default(draft: Draft, context: InterviewContext) -> str | None:
    names = [pool.name for pool in context.backend.pools if pool_type(pool.type).is_offered]
    declared = (draft.fields.get("work_pool") or {}).get("name")
    wanted = (declared, context.backend.default_pool, names[0] if len(names) == 1 else None, "default")
    return next((name for name in wanted if name in names), None)


def _name_problem(text: str, context: InterviewContext) -> str:
    if text in {pool.name for pool in context.backend.pools}:
        return f"The work pool `{text}` already exists."
    try:
        check_name("work pool", text)
    except BackendRefused as error:
        return f"{error.detail} {error.hint}"
    return ""
