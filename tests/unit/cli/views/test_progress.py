"""How far a series of writes is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syntask_yaml.cli.views.check import CheckResult, Watcher
from syntask_yaml.cli.views.deploy import DeployProgress
from syntask_yaml.cli.views.progress import CountProgress, ProgressEstimate
from syntask_yaml.model.events import Applied, counted


@pytest.mark.parametrize(
    ("seconds", "number", "text"),
    [
        (1.0, 17, "17 of 60"),
        (12.0, 21, "21 of 60, 12 s, about 23 s left"),
        (300.0, 21, "21 of 60, 5 min 0 s, about 9 min 45 s left"),
        (300.0, 60, "60 of 60"),
    ],
)
def test_the_rest_is_taken_to_be_as_fast(seconds: float, number: int, text: str) -> None:
    """As soon as it takes long, and until the last one is done."""
    moments: Iterator[float] = iter((5.0, 5.0 + seconds))

    pace = ProgressEstimate(lambda: next(moments))

    assert (pace.text(1, 60), pace.text(number, 60)) == ("1 of 60", text)


def test_a_deploy_of_many_counts_them(capsys: pytest.CaptureFixture[str]) -> None:
    """Of a few, the lines are enough."""
    progress = DeployProgress(verbosity=0)

    progress(Applied("etl/one", "created", number=1, total=3))
    progress(Applied("etl/two", "created", number=17, total=60))

    assert capsys.readouterr().err == "  created  etl/one\n  created  etl/two  (17 of 60)\n"


def test_what_prints_nothing_of_its_own_is_counted_once_it_takes_long(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every few seconds; what is done before is not worth a line, and neither is the end of a series."""
    now = 100.0
    progress = CountProgress(verbosity=0, clock=lambda: now)

    for _ in counted(range(500), "Reading files", progress):
        now += 0.002
    for _ in counted(range(60), "Writing files", progress):
        now += 2.0

    lines = capsys.readouterr().err.splitlines()
    assert lines[:2] == ["Writing files: 2 of 60", "Writing files: 4 of 60, 8 s, about 1 min 52 s left"]
    assert len(lines) == 29
    assert not any("60 of 60" in line for line in lines)


def test_nothing_is_counted_where_nobody_wants_to_hear_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter(range(0, 10_000, 10))
    progress = CountProgress(verbosity=-1, clock=lambda: float(next(times)))

    assert list(counted("abc", "Reading files", progress)) == ["a", "b", "c"]
    assert capsys.readouterr().err == ""


def test_a_check_of_several_counts_them(capsys: pytest.CaptureFixture[str]) -> None:
    for total in (1, 2):
        watcher = Watcher(verbosity=0, total=total)
        watcher.done(CheckResult("etl/one", 0.5))

    assert capsys.readouterr().err == ("    ready  etl/one in 0.5 s\n    ready  etl/one in 0.5 s  (1 of 2)\n")
