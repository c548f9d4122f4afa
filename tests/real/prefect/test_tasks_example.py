"""examples/tasks on the embedded backend, and under a stock worker: one file, one result."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.conftest import CHECKOUT
from tests.support.prefect_server import PrefectServer
from tests.support.processes import clean_environ

SYNTASK = str(Path(sys.executable).with_name("syntask"))
PREFECT = str(Path(sys.executable).with_name("prefect"))
PRINTED = ["By shop: {'north': 420, 'south': 70, 'west': 0}", "In all: 490"]


def test_both_backends_do_the_same(sqlite: PrefectServer, tmp_path: Path) -> None:
    """The prices of the second run are those of the first."""
    example = tmp_path / "tasks"
    shutil.copytree(CHECKOUT / "examples" / "tasks", example)

    embedded = clean_environ(SYNTASK_HOME=str(tmp_path / "home"))
    worker = [SYNTASK, "worker", "start", "--run-once"]
    assert outcome(example, embedded, worker) == PRINTED
    assert outcome(example, embedded, worker) == PRINTED

    on_server = {**sqlite.client_environ, "PREFECT_API_URL": sqlite.api}
    worker = [PREFECT, "worker", "start", "--pool", "default", "--type", "process", "--run-once"]
    sqlite.empty()
    sqlite.create_pool("default")
    assert outcome(example, on_server, worker) == PRINTED


def outcome(example: Path, environ: Mapping[str, str], worker: list[str]) -> list[str]:
    """What a run of the deployment said, once *worker* has executed it."""

    def said(*words: str) -> str:
        done = subprocess.run(words, cwd=example, env=environ, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def answer(*words: str) -> Any:
        return json.loads(said(SYNTASK, *words, "--output", "json"))

    said(SYNTASK, "deploy", "--all")
    run = answer("deployment", "run", "daily-orders/nightly")["id"]
    said(*worker)
    found, logs = answer("flow-run", "inspect", run), answer("flow-run", "logs", run)["logs"]
    assert found["state"] == "COMPLETED", (found, logs)
    return [each["message"] for each in logs if each["message"] in PRINTED]
