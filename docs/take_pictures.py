"""Take the pictures of `docs/ui.md` in a real browser: `python docs/take_pictures.py`.

Browsers draw letters differently, so no test compares them.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from syntask_yaml.backend.embedded import EmbeddedBackend  # noqa: E402  (the checkout is no package)
from syntask_yaml.model.deployment import Deployment, Write  # noqa: E402
from syntask_yaml.model.run import LogLine, RunRequest, State, StateType  # noqa: E402
from syntask_yaml.model.schedule import Cron, Interval, Schedule, Timing  # noqa: E402
from tests.support.browser import open_tab, started_browser  # noqa: E402
from tests.support.pages import served  # noqa: E402

NOW = datetime(2026, 3, 2, 12, 0, 30, tzinfo=UTC)
SCHEMA: Any = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "position": 0, "description": "Which weather is reported."},
        "days": {"type": "integer", "position": 1, "default": 1},
        "unit": {"enum": ["celsius", "fahrenheit"], "position": 2, "default": "celsius"},
    },
    "required": ["city"],
}
DEPLOYMENTS: Mapping[str, Timing] = {
    "report/berlin": Cron("30 6 * * 1-5", "Europe/Berlin"),
    "report/oslo": Interval(3600, NOW - timedelta(days=1)),
    "load/orders": Interval(5400, NOW - timedelta(days=2)),
    "load/customers": Cron("0 */4 * * *"),
}


class Clock:
    """A clock that is set."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


def fill(backend: EmbeddedBackend, clock: Clock) -> None:
    """Deploy, and let a day of runs pass; some fail, and the last one goes on."""
    chance = random.Random(1)
    deployments = [
        Deployment(
            flow=name.partition("/")[0],
            name=name.partition("/")[2],
            entrypoint="flows.py:flow",
            parameters={"city": name.partition("/")[2].capitalize()},
            parameter_schema=SCHEMA,
            schedules=(Schedule(timing=timing),),
            work_pool="default",
        )
        for name, timing in DEPLOYMENTS.items()
    ]
    clock.now = NOW - timedelta(hours=24)
    ids = [written.id or "" for written in backend.write([Write(None, each) for each in deployments])]
    while clock.now < NOW - timedelta(minutes=20):
        clock.now += timedelta(minutes=25)
        run_once(backend, clock, chance.choice(ids), chance)
    clock.now = NOW
    backend.create_run(RunRequest(deployment_id=ids[0]))
    claim = backend.claim("default", worker="desk", now=NOW, lease=60)
    assert claim is not None
    lines = [LogLine(NOW, 20, f"{city}: 3 sunny days") for city in ("Berlin", "Potsdam", "Leipzig")]
    backend.report(claim, State(StateType.RUNNING), NOW)
    backend.append_logs(claim.run.id, lines, token=claim.token)
    backend.schedule(NOW)


def run_once(backend: EmbeddedBackend, clock: Clock, deployment: str, chance: random.Random) -> None:
    backend.create_run(RunRequest(deployment_id=deployment))
    claim = backend.claim("default", worker="desk", now=clock.now, lease=60)
    assert claim is not None
    backend.report(claim, State(StateType.RUNNING), clock.now)
    end = clock.now + timedelta(seconds=chance.randint(20, 600))
    state = StateType.FAILED if chance.random() < 0.1 else StateType.COMPLETED
    backend.report(claim, State(state), end)


def main() -> None:
    clock = Clock()
    with TemporaryDirectory() as folder, started_browser() as browser:
        backend = EmbeddedBackend.open(Path(folder) / "syntask.db", clock=clock)
        fill(backend, clock)
        with served(backend, clock=clock) as client:
            for name, path in (("now", "/"), ("deployment", "/deployment?name=report/berlin")):
                options: dict[str, Any] = {"viewport": {"width": 1040, "height": 780}, "timezone_id": "UTC"}
                with open_tab(browser, base_url=str(client.base_url), **options) as tab:
                    tab.page.goto(path)
                    tab.page.screenshot(path=HERE / "pictures" / f"{name}.png")
        backend.close()


if __name__ == "__main__":
    main()
