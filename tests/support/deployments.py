"""Any deployment that a project could have made, for tests with generated input."""

from __future__ import annotations

import string
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from syntask_yaml.model.deployment import CollisionStrategy, ConcurrencyLimit, Deployment
from syntask_yaml.model.schedule import Cron, Interval, RRule, Schedule

FLOWS = '''\
from typing import Any

from syntask import flow


@flow
def first(a: Any = None, b: Any = None, c: Any = None) -> None:
    """The first flow."""


@flow(name="Second one", version="7")
def second(a: Any = None, b: Any = None, c: Any = None) -> None:
    pass
'''
FLOW_NAMES = {"first": "first", "second": "Second one"}
POOL = "free"

_BRACES = (
    "{{ x }}",
    "{{ $HOME }}",
    "{{ $NOT_SET }}-b",
    "{{ syntask.blocks.secret.a }}",
    "{{ prefect.blocks.secret.a.b }} and",
    "{{ prefect.variables.v }}",
    "{{ ctx.flow.name }}",
    "{{ event.payload.x }}",
    "{{ clone.directory }}",
    "{{ 'a' | upper }}",
    '{{ "{{" }}',
    "{{{",
    "}}",
    "{{",
    "{% x %}",
    "1.0",
    "yes",
    "null",
    "2026-01-01",
    "<<",
    "|",
    "a: b # c",
    "two\nlines\n",
)
# Half a character is no text, and a database may have no room for NUL.
_any_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
texts = st.one_of(st.sampled_from(_BRACES), _any_text, st.text("{}$ .x'\"|\\-", max_size=12))
said = texts.filter(bool)
# A name of blanks alone is refused.
names = st.text(string.ascii_letters + string.digits + " -_.é{}$", min_size=1, max_size=12).filter(str.strip)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.floats(-1e9, 1e9, allow_nan=False).map(lambda number: round(number, 4)),
    texts,
)
json = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(said, inner, max_size=3),
    max_leaves=5,
)
parameters = st.dictionaries(st.sampled_from("abc"), json, max_size=3)
zones = st.sampled_from([None, "UTC", "Europe/Berlin", "America/New_York"])
anchors = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
timings = st.one_of(
    st.builds(Cron, st.sampled_from(["0 6 * * *", "*/5 * * * 1-5", "30 2 1 * mon"]), zones, st.booleans()),
    st.builds(Interval, st.integers(60, 10**7) | st.just(90.5), anchors, zones),
    st.builds(RRule, st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,FR;COUNT=10"]), zones),
)
_slugs = st.none() | st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
schedules = st.lists(
    st.builds(Schedule, timing=timings, active=st.booleans(), parameters=parameters, slug=_slugs),
    max_size=3,
    unique_by=lambda schedule: schedule.slug or object(),
)
limits = st.none() | st.builds(
    ConcurrencyLimit,
    st.integers(1, 50),
    st.sampled_from(CollisionStrategy),
    st.none() | st.integers(60, 86400),
)


@st.composite
def _steps(draw: st.DrawFn) -> tuple[dict[str, Any], ...]:
    clone = {"repository": draw(said), "branch": draw(texts | st.none()), "id": "clone"}
    choices = (
        {"syntask.deployments.steps.git_clone": clone},
        {"syntask.deployments.steps.set_working_directory": {"directory": draw(said)}},
        {"syntask.deployments.steps.run_shell_script": {"script": draw(said), "env": {"A": draw(texts)}}},
        {"own.steps.prepare": draw(st.dictionaries(st.sampled_from(["x", "y"]), json, max_size=2))},
    )
    return tuple(draw(st.lists(st.sampled_from(choices), max_size=3)))


@st.composite
def deployments(draw: st.DrawFn, *, project: str | None = None) -> Deployment:
    """A deployment of one of `FLOWS` to the pool `POOL`, without a parameter schema."""
    function = draw(st.sampled_from(sorted(FLOW_NAMES)))
    return Deployment(
        flow=FLOW_NAMES[function],
        name=draw(names),
        entrypoint=f"flows.py:{function}",
        # An empty one would be filled in from the flow.
        description=draw(said if function == "first" else texts | st.none()),
        version=draw(said | st.none()),
        tags=tuple(draw(st.lists(said, max_size=3, unique=True))),
        parameters=draw(parameters),
        enforce_parameter_schema=draw(st.booleans()),
        schedules=tuple(draw(schedules)),
        paused=draw(st.booleans()),
        concurrency_limit=draw(limits),
        work_pool=POOL,
        work_queue=draw(st.none() | names),
        job_variables=draw(st.dictionaries(said, json, max_size=3)),
        pull_steps=draw(_steps()),
        project=project,
    )
