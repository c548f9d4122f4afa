"""A deployment that fires every second, beside all that runs can do to their worker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

from syntask_yaml.model.run import Run, StateType
from tests.support.site import Site, until

Deployed = Callable[..., Site]
ROUGH = {
    "forks_and_logs": {},
    "speaks_out_of_turn": {},
    "logs_much": {"megabytes": 5},
    "prints_for_long": {"megabytes": 10},
    "raises_what_cannot_be_said": {},
    "raises_at_length": {},
    "crashes_the_interpreter": {},
    "closes_everything": {},
    "leaves_a_process_behind": {},
}


def test_no_second_is_left_out_and_none_is_run_twice(deployed: Deployed) -> None:
    """However rough the others are: each occurrence from the first to the last is one run that completed."""
    site = deployed(*ROUGH, returns={"schedules": [{"interval": 1}]})
    with site.worker("--limit", "4", SYNTASK_LOG_LIMIT="1 MB") as worker:
        rough = [site.ask(name, parameters=given)[0] for name, given in ROUGH.items()]
        until(lambda: all(site.run(run).state.type.is_final for run in rough), seconds=300, every=0.2)
        # A quick machine is done with the rough ones before a second has passed.
        until(lambda: len(_started(site)) > 2, seconds=60, every=0.2)
        assert worker.poll() is None
        worker.terminate()
        assert worker.wait(60) == 0

    ours = _started(site)[::-1]
    assert {run.state.type for run in ours} == {StateType.COMPLETED}
    times = [run.scheduled for run in ours if run.scheduled]
    assert {later - earlier for earlier, later in pairwise(times)} == {timedelta(seconds=1)}


def _started(site: Site) -> list[Run]:
    """Those runs of schedules that a worker started, the newest first."""
    return [run for run in site.runs() if run.is_scheduled and run.started is not None]
