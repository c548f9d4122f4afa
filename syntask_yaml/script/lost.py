"""End the runs of scripts that were killed. If no worker runs, the next script does it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from syntask_yaml.backend.embedded.script_runs import EmbeddedScriptRuns
from syntask_yaml.backend.leases import is_gone, this_process
from syntask_yaml.worker.run_directory import own_directory, remove_directory


def process_name() -> str:
    """Return the name of this process as the executor of a run."""
    here = this_process()
    return f"process {here.process} of {here.name}"


def end_lost_runs(backend: EmbeddedScriptRuns, home: Path, now: datetime) -> None:
    """End the runs of scripts on this machine whose lease expired and whose process no longer exists.

    Scripts that slept with their machine continue. Raises BackendError.
    """
    lost = [run.id for run in backend.lost_script_runs(now) if _is_gone(run.worker)]
    for run in backend.reap(now, only=lost) if lost else ():
        remove_directory(own_directory(run.id, home))


def _is_gone(worker: str | None) -> bool:
    number, _, name = (worker or "").removeprefix("process ").partition(" of ")
    here = this_process()
    return name == here.name and number.isdecimal() and is_gone(here._replace(process=int(number)))
