"""The same deployment as a call in Python and as an entry of a file."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from syntask.schedules import Cron, Interval, RRule
from syntask_yaml import api
from syntask_yaml.model.deployment import Deployment

FLOWS = '''\
from datetime import date

from syntask import flow


@flow
def report(
    city: str = "Rome", days: int = 1, since: date | None = None, more: list[str] | None = None
) -> None:
    """Says how the weather was."""


@flow(name="Other one", version="7")
def other() -> None:
    pass


class Team:
    @flow
    @staticmethod
    def method() -> None:
        pass
'''


class Colour(Enum):
    RED = "red"


PROCESS, DOCKER = "sdk-proc", "sdk-dock"


@dataclass(frozen=True)
class Case:
    """*options* of `deploy`, and the same as the text of an *entry*, below its name and entrypoint."""

    id: str
    options: Mapping[str, Any]
    entry: str = ""
    flow: str = "report"
    entrypoint: str = ""
    pool: str = PROCESS

    @property
    def name(self) -> str:
        return f"sdk-{self.id}"

    @property
    def yaml(self) -> str:
        """The entry of the file."""
        entrypoint = self.entrypoint or f"flows.py:{self.flow}"
        return f"- name: {self.name}\n  entrypoint: {entrypoint}\n{self.entry}"


POOL = "  work_pool: {name: sdk-proc}\n"
_ANCHOR = datetime(2026, 1, 5, 6, tzinfo=UTC)
CASES = (
    Case("plain", {}, POOL),
    Case("named-flow", {}, POOL, flow="other"),
    Case("module", {"entrypoint_type": "module_path"}, f"{POOL}  pull: []\n", entrypoint="flows.report"),
    Case("cron", {"cron": "0 6 * * *"}, f"{POOL}  schedules: [{{cron: 0 6 * * *}}]\n"),
    Case(
        "interval",
        {"schedule": Interval(timedelta(minutes=90), anchor_date=_ANCHOR, timezone="Europe/Rome")},
        f"""{POOL}  schedules:
  - {{interval: 5400, anchor_date: '2026-01-05T06:00:00+00:00', timezone: Europe/Rome}}
""",
    ),
    Case("rrule", {"rrule": "FREQ=DAILY"}, f"{POOL}  schedules: [{{rrule: FREQ=DAILY}}]\n"),
    Case(
        "schedules",
        {
            "schedules": [
                Cron("0 6 * * 1-5", timezone="Europe/Rome", slug="week", parameters={"days": 2}),
                RRule("FREQ=WEEKLY;BYDAY=SU", active=False),
                {"cron": "0 7 1 * mon", "day_or": False},
                {"schedule": {"cron": "0 8 * * *"}, "active": False},
            ]
        },
        f"""{POOL}  schedules:
  - {{cron: 0 6 * * 1-5, timezone: Europe/Rome, slug: week, parameters: {{days: 2}}}}
  - {{rrule: FREQ=WEEKLY;BYDAY=SU, active: false}}
  - {{cron: 0 7 1 * mon, day_or: false}}
  - {{cron: 0 8 * * *, active: false}}
""",
    ),
    Case("no-schedules", {"schedules": []}, f"{POOL}  schedules: []\n"),
    Case(
        "parameters",
        {"parameters": {"city": "Oslo", "days": 3, "since": date(2026, 1, 2), "more": ("a", Colour.RED)}},
        f"{POOL}  parameters: {{city: Oslo, days: 3, since: '2026-01-02', more: [a, red]}}\n",
    ),
    Case(
        "braces",
        {"parameters": {"city": "{{ $HOME }}"}, "description": "{{ x }}", "tags": ["{{"]},
        f"""{POOL}  parameters: {{city: '{{{{ "{{{{" }}}} $HOME }}}}'}}
  description: '{{{{ "{{{{" }}}} x }}}}'
  tags: ['{{{{ "{{{{" }}}}']
""",
    ),
    Case(
        "words",
        {"description": "What it is for.", "tags": ["b", "a"], "version": "v3"},
        f"{POOL}  description: What it is for.\n  tags: [b, a]\n  version: v3\n",
    ),
    Case(
        "paused",
        {"paused": True, "cron": "* * * * *"},
        f"{POOL}  paused: true\n  schedules: [{{cron: '* * * * *'}}]\n",
    ),
    Case("limit", {"concurrency_limit": 3}, f"{POOL}  concurrency_limit: 3\n"),
    Case(
        "limit-strategy",
        {"concurrency_limit": {"limit": 2, "collision_strategy": "CANCEL_NEW"}},
        f"{POOL}  concurrency_limit: {{limit: 2, collision_strategy: CANCEL_NEW}}\n",
    ),
    Case(
        "free-parameters", {"enforce_parameter_schema": False}, f"{POOL}  enforce_parameter_schema: false\n"
    ),
    Case(
        "queue",
        {
            "work_queue_name": "urgent",
            "job_variables": {"env": {"A": "1", "B": "{{ syntask.blocks.secret.b }}", "C": "{{ c }}"}},
        },
        """  work_pool:
    name: sdk-proc
    work_queue_name: urgent
    job_variables: {env: {A: '1', B: '{{ syntask.blocks.secret.b }}', C: '{{ "{{" }} c }}'}}
""",
    ),
    Case(
        "image",
        {"image": "team/app:v1", "build": False, "job_variables": {"env": {"A": "1"}}},
        "  work_pool: {name: sdk-dock, job_variables: {image: 'team/app:v1', env: {A: '1'}}}\n  pull: []\n",
        pool=DOCKER,
    ),
    Case(
        "triggers",
        {
            "triggers": [
                {"type": "event", "expect": ["order.placed"], "parameters": {"city": "{{ event.id }}"}}
            ]
        },
        f"""{POOL}  triggers:
  - {{type: event, expect: [order.placed], parameters: {{city: '{{{{ event.id }}}}'}}}}
""",
    ),
)


def file_of(*cases: Case) -> str:
    """The file that declares *cases*."""
    return "deployments:\n" + "".join(case.yaml for case in cases)


def load_flows(folder: Path) -> Any:
    """The module `flows` in *folder*, imported as scripts import it."""
    spec = importlib.util.spec_from_file_location("flows", folder / "flows.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["flows"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def by_call(case: Case, flows: Any) -> str:
    """Deploy *case* by a call; the id."""
    function = getattr(flows, case.flow)
    return str(function.deploy(case.name, work_pool_name=case.pool, print_next_steps=False, **case.options))


def by_file(case: Case, folder: Path) -> None:
    """Deploy *case* by a file in *folder*."""
    (folder / "syntask.yaml").write_text(file_of(case), encoding="utf-8")
    outcome = api.deploy(api.load(directory=folder))
    assert outcome.is_good, outcome


def stored(case: Case) -> Deployment:
    """What the backend has of *case*, without what every deployment has for itself."""
    (found,) = (each.deployment for each in api.deployments() if each.deployment.name == case.name)
    schedules = found.schedules
    if isinstance(schedules, tuple):
        schedules = tuple(replace(each, id=None) for each in schedules)
    return replace(found, schedules=schedules)
