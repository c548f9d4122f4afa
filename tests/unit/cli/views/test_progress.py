"""How far a series of writes is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syntask_yaml.cli.views.deploy import DeployProgress
from syntask_yaml.cli.views.progress import Pace
from syntask_yaml.model.events import Applied


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

    pace = Pace(lambda: next(moments))

    assert (pace.text(1, 60), pace.text(number, 60)) == ("1 of 60", text)


def test_a_deploy_of_many_counts_them(capsys: pytest.CaptureFixture[str]) -> None:
    """Of a few, the lines are enough."""
    progress = DeployProgress(verbosity=0)

    progress(Applied("etl/one", "created", number=1, total=3))
    progress(Applied("etl/two", "created", number=17, total=60))

    assert capsys.readouterr().err == "  created  etl/one\n  created  etl/two  (17 of 60)\n"
