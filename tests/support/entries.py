"""Entries of a project file with every key there is, for tests with generated input."""

from __future__ import annotations

import string
from typing import Any

from hypothesis import strategies as st

from tests.support.deployments import json, said, texts

FLOWS = '''\
from typing import Any

from syntask import flow


@flow
def first(a: Any = None, b: Any = None, c: Any = None) -> None:
    """The first flow."""


@flow(name="Second one", version="7")
def second(a: Any = None, b: Any = None, c: Any = None) -> None:
    pass


def plain(a: Any = None, b: Any = None, c: Any = None) -> None:
    pass
'''
_names = st.text(string.ascii_letters + string.digits + " -_.é", min_size=1, max_size=12).filter(
    lambda name: name.strip() == name and not name.endswith(".py")
)
# Braces would be templates here, and are a matter of their own.
_plain = texts.filter(lambda text: "{{" not in text and "}}" not in text)
_plain_json = json.filter(lambda value: "{{" not in repr(value))
_parameters = st.dictionaries(st.sampled_from("abc"), _plain_json, max_size=3)
_nothing = st.none()
_flags = st.booleans() | st.sampled_from(["{{ $YES }}"])
_zones = st.sampled_from(["UTC", "Europe/Berlin", "{{ $ZONE }}", None])
_anchors = st.sampled_from(["2024-01-01T06:00:00+00:00", "2025-03-30 02:30:00"])

_common = {
    "slug": st.from_regex(r"[a-z][a-z0-9-]{0,6}", fullmatch=True) | _nothing,
    "active": _flags | _nothing,
    "timezone": _zones,
    "parameters": _parameters | _nothing,
}


def _schedule(needed: dict[str, st.SearchStrategy[Any]], **more: st.SearchStrategy[Any]) -> Any:
    return st.fixed_dictionaries(needed, optional={**_common, **more})


_crons = st.sampled_from(["0 6 * * *", "*/5 * * * 1-5", "30 2 1 * mon", "{{ $CRON }}"])
_intervals = st.integers(60, 10**6) | st.sampled_from([90.5, "PT1H", "01:30:00", "P1D", "{{ $SECONDS }}"])
_rules = st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,FR;COUNT=10"])
_schedules = st.one_of(
    _schedule({"cron": _crons}, day_or=st.booleans()),
    _schedule({"interval": _intervals}, anchor_date=_anchors),
    _schedule({"rrule": _rules}),
)
_many_schedules = st.lists(_schedules, max_size=3, unique_by=repr).filter(
    lambda found: (
        len({each.get("slug") for each in found if each.get("slug")})
        == len([each for each in found if each.get("slug")])
        and len({_timing(each) for each in found}) == len(found)
    )
)


def _timing(schedule: dict[str, Any]) -> str:
    return repr([schedule.get(key) for key in ("cron", "interval", "rrule")])


_limits = st.integers(1, 50) | st.fixed_dictionaries(
    {"limit": st.integers(1, 50)},
    optional={
        "collision_strategy": st.sampled_from(["ENQUEUE", "CANCEL_NEW"]),
        "grace_period_seconds": st.integers(60, 86400),
    },
)
_variables = st.fixed_dictionaries(
    {},
    optional={
        "env": st.dictionaries(st.sampled_from("AB"), _plain | _nothing, max_size=2),
        "stream_output": st.booleans(),
        "own": _plain_json,
    },
)
_pools = st.fixed_dictionaries(
    {"name": st.sampled_from(["free", "{{ $POOL }}"])},
    optional={"work_queue_name": _names | _nothing, "job_variables": _variables | _nothing},
)
_steps = st.sampled_from(
    [
        {"syntask.deployments.steps.set_working_directory": {"directory": "/srv/{{ $ZONE }}"}},
        {"prefect.deployments.steps.git_clone": {"repository": "https://git.invalid/r", "id": "clone"}},
        {"prefect.deployments.steps.run_shell_script": {"script": "true", "env": {"A": "{{ $NOT_SET }}"}}},
    ]
)
_building = st.sampled_from(
    [{"syntask.deployments.steps.run_shell_script": {"id": "made", "script": "echo 1.5"}}]
)
_pulls = st.lists(_steps, max_size=3, unique_by=repr) | _nothing

FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "flow_name": _names,
    "description": _plain | _nothing,
    "version": said.filter(lambda text: "{{" not in text) | st.integers(1, 99) | _nothing,
    "version_type": st.sampled_from(["prefect:simple", "vcs:git"]) | _nothing,
    "tags": st.lists(said.filter(lambda text: "{{" not in text) | _nothing, max_size=3) | _names | _nothing,
    "parameters": _parameters | _nothing,
    "enforce_parameter_schema": _flags | _nothing,
    "schedule": _schedules | _nothing,
    "schedules": _many_schedules | _nothing,
    "paused": _flags | _nothing,
    "protected": _flags | _nothing,
    "renamed_from": st.just("etl/never") | _nothing,
    "concurrency_limit": _limits | _nothing,
    "build": st.lists(_building, max_size=1) | _nothing,
    "push": st.lists(_building, max_size=1) | _nothing,
    "pull": _pulls,
    "triggers": _nothing | st.just([]),
    "sla": _nothing | st.just([]),
}
ENVIRON = {
    "YES": "true",
    "ZONE": "Europe/Paris",
    "CRON": "15 3 * * *",
    "SECONDS": "3600",
    "POOL": "free",
    "HOME": "/home/somebody",
}


@st.composite
def entries(draw: st.DrawFn) -> dict[str, Any]:
    """One entry, for the pool `free` and one of `FLOWS`."""
    function = draw(st.sampled_from(["first", "second", "plain"]))
    needed: dict[str, st.SearchStrategy[Any]] = {
        "name": _names,
        "entrypoint": st.just(f"flows.py:{function}"),
        "work_pool": _pools,
    }
    entry = draw(st.fixed_dictionaries(needed, optional=FIELDS))
    if "schedule" in entry and "schedules" in entry:
        del entry[draw(st.sampled_from(["schedule", "schedules"]))]
    return entry


@st.composite
def projects(draw: st.DrawFn) -> dict[str, Any]:
    """A project of one to three entries."""
    found = draw(
        st.lists(
            entries(),
            min_size=1,
            max_size=3,
            unique_by=(
                lambda entry: entry["name"].casefold(),
                lambda entry: entry.get("renamed_from", id(entry)),
            ),
        )
    )
    for entry in found[1:]:  # two cannot have been one
        entry.pop("renamed_from", None)
    return draw(
        st.fixed_dictionaries(
            {"deployments": st.just(found)}, optional={"name": _names, "pull": st.lists(_steps, max_size=1)}
        )
    )
