"""A deployment on an old server, and its equal in a project: which of them schedules, and what runs."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.agents import FLOWS
from tests.support.console import Console
from tests.support.prefect_server import PrefectServer

NAME = "load-orders/often"
_PROJECT = """\
name: orders
deployments:
  - name: often
    entrypoint: flows.py:load_orders
    schedules:
      - interval: {interval}
        anchor_date: '{anchor}'
      - cron: 0 4 1 1 *
        active: false
    work_pool: {{name: {pool}}}
"""


@dataclass
class Moving:
    """The *old* server, and a shell in the project; *backend* is the URL of the new side's server, if any."""

    old: PrefectServer
    console: Console
    backend: str = ""
    pool: str = "default"

    def prepare(self, *, interval: int = 3600) -> None:
        """Make the deployment on the old server anew, the project, and nothing on the new side.

        It has a schedule at rest, and an active one, which fires each *interval* seconds, first soon.
        """
        anchor = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=5)
        flow = self.old.request("POST", "/flows/", {"name": "load-orders"})
        first = {"interval": interval, "anchor_date": anchor.isoformat()}
        schedules = [
            {"schedule": first, "active": True},
            {"schedule": {"cron": "0 4 1 1 *"}, "active": False},
        ]
        body = {
            "name": "often",
            "flow_id": flow["id"],
            "entrypoint": "flows.py:load_orders",
            "path": str(self.console.directory),
            "work_queue_name": "default",
            "schedules": schedules,
        }
        self.console.run(f"syntask {self.options} deployment delete {NAME} --yes")
        for each in self.old.every("deployments"):
            self.old.request("DELETE", f"/deployments/{each['id']}")
        self.old.request("POST", "/deployments/", body)
        self.console.directory.joinpath("flows.py").write_text(FLOWS, encoding="utf-8")
        text = _PROJECT.format(interval=interval, anchor=anchor.isoformat(), pool=self.pool)
        self.console.directory.joinpath("syntask.yaml").write_text(text, encoding="utf-8")

    @property
    def deployment(self) -> dict[str, Any]:
        """The deployment on the old server."""
        (found,) = self.old.every("deployments")
        return found

    @property
    def options(self) -> str:
        """The global options of commands."""
        return f"--backend {self.backend}" if self.backend else ""

    def run(self, verb: str, *, server: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `syntask upgrade VERB`."""
        more = f" --from-server={self.old.api}" if server else ""
        return self.console.run(f"syntask {self.options} upgrade {verb}{more}", timeout=300)

    def killed(self, number: int, verb: str) -> subprocess.CompletedProcess[str]:
        """Run it, and kill it before its write of that *number*."""
        root = Path(__file__).parents[2]
        words = f"{self.options} upgrade {verb} --from-server={self.old.api}"
        command = f"PYTHONPATH={root} {sys.executable} -m tests.support.killed {number} {words}"
        return self.console.run(command, timeout=300)

    @property
    def is_old_on(self) -> bool:
        deployment = self.deployment
        return not deployment["paused"] and any(each["active"] for each in deployment["schedules"])

    @property
    def is_new_on(self) -> bool:
        done = self.console.run(f"syntask {self.options} deployment inspect {NAME}")
        return done.returncode == 0 and "paused: false" in done.stdout.lower()

    @property
    def active(self) -> list[bool]:
        """Which of the schedules on the old server are active, in the order in which they were declared."""
        schedules = self.deployment["schedules"]
        return [each["active"] for each in sorted(schedules, key=lambda each: "cron" in each["schedule"])]

    def coming(self) -> list[dict[str, Any]]:
        """The runs on the old server that nothing has taken."""
        chosen = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}, "limit": 200}
        return list(self.old.request("POST", "/flow_runs/filter", chosen))
