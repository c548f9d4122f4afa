"""From due to running and to completed, in containers: our docker pool beside a stock docker worker.

Both execute a flow that does nothing, on one engine, from one local image with Prefect and the flow. The
stock worker has a server on SQLite to itself; it looks for runs every ten seconds, or every second where it
is told to.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from benchmarks.builds import with_prefect_docker
from benchmarks.contenders import Contender, Times, of_server, of_store, worker
from benchmarks.measure import SCRIPTS
from benchmarks.table import Table, seconds, times
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.run import RunRequest
from tests.support import container_engine
from tests.support.prefect_image import load_prefect_image
from tests.support.prefect_server import PrefectServer, sqlite_server

_IMAGE, _POOL = "bench:1", "boxes"
_SYNTASK = str(SCRIPTS / "syntask")
_PROJECT = f"""\
name: bench
deployments:
  - name: bench
    entrypoint: flows.py:nothing
    pull:
      - prefect.deployments.steps.set_working_directory: {{directory: /code}}
    work_pool:
      name: {_POOL}
      job_variables:
        image: {_IMAGE}
        image_pull_policy: IfNotPresent
        network_mode: host
        auto_remove: true
"""
_FLOW = """\
from syntask import flow

@flow
def nothing():
    pass
"""


def measure() -> Table:
    """Runs one by one, after a first one."""
    table = Table(
        "Runs in containers",
        (
            "worker",
            "due to running, p50",
            "p90",
            "due to completed, p50",
            "p90",
            "running ratio",
            "completed ratio",
        ),
    )
    if container_engine.MISSING:
        table.notes.append(f"Not measured: {container_engine.MISSING}.")
        return table
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        engine = stack.enter_context(container_engine.container_engine())
        load_prefect_image(engine, _IMAGE, {"code/flows.py": _FLOW})
        figures = {"syntask": _syntask(folder / "syntask", engine.environ)}
        peer = with_prefect_docker(folder / "packages")
        if isinstance(peer, str):
            table.notes.append(f"Prefect could not be measured: {peer}.")
        else:
            server = stack.enter_context(sqlite_server(folder / "server"))
            environ = {**engine.environ, **server.client_environ, "DOCKER_HOST": engine.url, **peer}
            _deploy(folder / "peer", environ)
            for label, poll in (("Prefect, polling every second", "1"), ("Prefect", "10")):
                figures[label] = _stock(
                    server, folder / f"peer-{poll}", {**environ, "PREFECT_WORKER_QUERY_SECONDS": poll}
                )
    ours = figures["syntask"]
    table.rows.extend(_row(label, each, ours) for label, each in figures.items())
    table.notes.append(
        "The last two columns compare the medians with syntask; higher means that syntask is better. "
        "Target: completed within 1.5 s at p50. "
        f"The load of the machine was {os.getloadavg()[1]:.0f} in the last five minutes."
    )
    return table


def _row(label: str, each: Sequence[Times], ours: Sequence[Times]) -> tuple[str, ...]:
    begins, ends = [one.to_begin for one in each], [one.to_end for one in each]
    figures = (
        figure(values)
        for values in (begins, ends)
        for figure in (statistics.median, lambda values: statistics.quantiles(values, n=10)[-1])
    )
    return (
        label,
        *map(seconds, figures),
        times(statistics.median(begins) / statistics.median(one.to_begin for one in ours)),
        times(statistics.median(ends) / statistics.median(one.to_end for one in ours)),
    )


def _figures(contender: Contender, *, runs: int) -> Sequence[Times]:
    contender.wait(contender.ask())  # what is read for the first time
    return [contender.wait(contender.ask()) for _ in range(runs)]


def _deploy(folder: Path, environ: Mapping[str, str]) -> None:
    """The pool and the deployment, on the backend that *environ* names."""
    folder.mkdir()
    (folder / "flows.py").write_text(_FLOW, encoding="utf-8")
    (folder / "syntask.yaml").write_text(_PROJECT, encoding="utf-8")
    for words in (["work-pool", "create", _POOL, "--type", "docker"], ["deploy", "--all"]):
        subprocess.run(
            [_SYNTASK, "-q", *words], cwd=folder, env=environ, check=True, stdout=subprocess.DEVNULL
        )


def _syntask(folder: Path, environ: Mapping[str, str]) -> Sequence[Times]:
    environ = {**environ, "SYNTASK_HOME": str(folder / "home")}
    _deploy(folder, environ)
    with (
        worker([_SYNTASK, "-q", "worker", "start", "--pool", _POOL], folder, environ),
        closing(EmbeddedBackend.open(folder / "home" / "syntask.db")) as backend,
    ):
        (stored,) = backend.deployments()
        return _figures(of_store(backend, RunRequest(deployment_id=stored.id)), runs=20)


def _stock(server: PrefectServer, folder: Path, environ: Mapping[str, str]) -> Sequence[Times]:
    folder.mkdir()
    with worker([server.program, "worker", "start", "--pool", _POOL, "--type", "docker"], folder, environ):
        return _figures(of_server(server), runs=8)


if __name__ == "__main__":
    sys.stdout.write(measure().markdown())
