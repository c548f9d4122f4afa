"""A store with one of everything, and a backend to copy it to."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.block import Block, Variable
from syntask_yaml.model.pool import WorkPool, WorkQueue
from syntask_yaml.model.pool_type import pool_type
from syntask_yaml.operations.schedule_sides import is_on
from tests.support.console import Console
from tests.support.prefect_server import PrefectServer

# Begins every secret, so that one search finds them all.
PLANTED = "planted-7f3a"

FLOWS = """\
import os
from pathlib import Path

from syntask import flow


@flow
def etl(n: int = 1) -> None:
    Path(os.environ["MARKS"]).open("a").write(f"{n} {os.environ.get('TOKEN')}\\n")
"""
PROJECT = """\
name: shop
deployments:
  - name: often
    entrypoint: flows.py:etl
    description: Loads orders.
    version: "7"
    tags: [nightly, orders]
    parameters: {n: 3}
    concurrency_limit: {limit: 2, collision_strategy: CANCEL_NEW}
    schedules:
      - {cron: "0 3 * * 1-5", timezone: Europe/Berlin, slug: nightly}
      - {interval: 3600, anchor_date: "2026-01-01T00:00:00+00:00", parameters: {n: 5}, active: false}
      - {rrule: "FREQ=WEEKLY;BYDAY=MO"}
    work_pool:
      name: etl
      work_queue_name: high
      job_variables: {env: {TOKEN: "{{ syntask.blocks.secret.token }}", MARKS: "{{ $MARKS }}"}}
    triggers:
      - {name: when orders arrive, expect: [orders.arrived], parameters: {n: 9}}
  - name: resting
    entrypoint: flows.py:etl
    paused: true
    schedules: [{cron: "0 4 * * *"}]
    work_pool: {name: default}
  - name: by-hand
    entrypoint: flows.py:etl
    protected: true
    work_pool: {name: default}
"""


@dataclass
class Copying:
    """A shell in a project whose store has one of everything, and the *url* of the backend to copy to."""

    console: Console
    url: str

    def prepare(self) -> None:
        """Make the store anew, with everything in it."""
        shutil.rmtree(self.console.home / ".syntask", ignore_errors=True)
        self.fill_store()
        directory = self.console.directory
        directory.joinpath("flows.py").write_text(FLOWS, encoding="utf-8")
        directory.joinpath("syntask.yaml").write_text(PROJECT, encoding="utf-8")
        done = self.run("-q deploy --all")
        assert done.returncode == 0, done.stdout

    def fill_store(self) -> None:
        """Put pools, queues, blocks and variables into the store."""
        store = self.open_store()
        template = dict(pool_type("process").template)
        variables: Any = json.loads(json.dumps(template["variables"]))
        variables["properties"]["env"]["default"] = {"REGION": "{{ syntask.variables.region }}"}
        store.create_pool(
            WorkPool(
                name="etl",
                type="process",
                description="For orders.",
                base_job_template={**template, "variables": variables},
                concurrency_limit=4,
            )
        )
        store.create_pool(WorkPool(name="idle", type="process", is_paused=True))
        store.create_queue(WorkQueue(pool="etl", name="high", priority=1, concurrency_limit=2))
        store.create_queue(WorkQueue(pool="etl", name="low", description="Later.", is_paused=True))
        store.update_queue("idle", "default", {"concurrency_limit": 3})
        store.set_variable(Variable("region", "eu-central-1", ("places",)))
        store.set_variable(Variable("sizes", {"small": [1, 2], "large": None}))
        store.create_block(Block("secret", "token", {"value": f"{PLANTED}-token"}))
        login = {"aws_access_key_id": "key", "aws_secret_access_key": f"{PLANTED}-aws"}
        store.create_block(Block("aws-credentials", "zeta", login))
        bucket = {"bucket_name": "b", "bucket_folder": "f", "credentials": "aws-credentials/zeta"}
        store.create_block(Block("s3-bucket", "code", bucket))
        info = json.dumps({"private_key": f"{PLANTED}-gcp", "client_email": "a@example.org"})
        store.create_block(Block("gcp-credentials", "team", {"service_account_info": info}))
        store.close()

    def open_store(self) -> EmbeddedBackend:
        """The store. Whoever opens it closes it."""
        home = self.console.home / ".syntask"
        home.mkdir(exist_ok=True)
        return EmbeddedBackend.open(home / "syntask.db")

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run `syntask` on the store."""
        return self.console.run(f"syntask {command}", timeout=300)

    def copy(self, options: str = "--yes") -> subprocess.CompletedProcess[str]:
        """Copy the store."""
        return self.run(f"backend copy --to {self.url} {options}")

    def copied(self, options: str = "--yes") -> Any:
        """Copy the store; the document that tells what was done."""
        errors = self.console.home / "errors"
        done = self.run(f"backend copy --to {self.url} -o json {options} 2>{errors}")
        assert done.stdout, errors.read_text(encoding="utf-8")
        return json.loads(done.stdout)

    def killed(self, number: int) -> subprocess.CompletedProcess[str]:
        """Copy the store, and kill that before its write of that *number*."""
        root = Path(__file__).parents[2]
        words = f"backend copy --to {self.url} --yes"
        command = f"PYTHONPATH={root} {sys.executable} -m tests.support.killed {number} {words}"
        return self.console.run(command, timeout=300)

    def is_on_here(self, name: str = "etl/often") -> bool:
        """Whether the schedules of a deployment run on the store."""
        store = self.open_store()
        try:
            (found,) = store.deployments(names=[name])
        finally:
            store.close()
        return is_on(found)


def without_anything(server: PrefectServer) -> PrefectServer:
    """*server*, once all that it has is deleted."""
    server.empty()
    for block in server.every("block_documents"):
        server.request("DELETE", f"/block_documents/{block['id']}")
    return server
