"""A new type of work pools is a row, and, if our own worker serves it, a runner."""

from __future__ import annotations

import os
from pathlib import Path

from tests.support.package_copy import PackageCopy

_ROW = """
    PoolType(
        name="gentle",
        title="processes that leave the machine to others",
        is_local=True,
        template=job_template({"niceness": {"type": "integer", "default": 5}}),
    ),
"""

_RUNNER = '''
"""Runs as processes that are nice to others."""

from __future__ import annotations

from dataclasses import replace

from syntask_yaml.worker.runner.base import Launch, Running
from syntask_yaml.worker.runner.process import DEFAULT_COMMAND, start_process


def start_gentle(launch: Launch) -> Running:
    words = ("nice", "-n", str(launch.variables["niceness"]), *DEFAULT_COMMAND)
    return start_process(replace(launch, variables={"command": " ".join(words)}))
'''

_FLOW = """
import os

from syntask import flow


@flow
def hello():
    print(f"niceness {os.nice(0)} in {os.getcwd()}")
"""

_PROJECT = """
deployments:
- name: one
  entrypoint: flows.py:hello
  work_pool:
    name: polite
    job_variables:
      niceness: 7
"""


def test_a_new_pool_type_is_known_planned_and_executed(tmp_path: Path) -> None:
    package = PackageCopy(tmp_path)
    package.insert("syntask_yaml/model/pool_type.py", "_TYPES = (", _ROW)
    package.write("syntask_yaml/worker/runner/gentle.py", _RUNNER)
    package.insert(
        "syntask_yaml/worker/runner/__init__.py",
        "RUNNERS: Mapping[str, Runner] = {",
        '"gentle": start_gentle, ',
    )
    package.insert(
        "syntask_yaml/worker/runner/__init__.py",
        "from syntask_yaml.worker.runner.process import process_runner, start_process\n",
        "from syntask_yaml.worker.runner.gentle import start_gentle\n",
    )
    (package.console.directory / "flows.py").write_text(_FLOW, encoding="utf-8")

    assert "only `gentle`, `process`" in package.run("syntask work-pool create boxes --type ecs", code=1)
    package.run("syntask work-pool create polite --type gentle")
    assert '"niceness"' in package.run("syntask work-pool inspect polite")

    package.declare(_PROJECT.replace("7", "often"))
    assert "`often` is not of type `integer`" in package.run("syntask plan --all", code=1)
    package.declare(_PROJECT)
    assert f"from `{package.console.directory}`" in package.run("syntask deploy --all --yes")
    package.run("syntask deployment run hello/one")
    package.run("syntask worker start --pool polite --run-once")
    niceness = min(os.nice(0) + 7, 19)
    assert f"niceness {niceness} in {package.console.directory}\n" in package.run("syntask flow-run logs")
