"""Two deploys of one project at the same time: one after the other, or one is refused."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from syntask_yaml.backend.connect import connect
from syntask_yaml.model.lease import Holder
from tests.support.pairs import COUNT, Pair, check_pair
from tests.support.prefect_server import PrefectServer
from tests.support.processes import clean_environ

ELSEWHERE = Holder(name="ann@elsewhere", process=12, machine="elsewhere")


@pytest.fixture(name="pair", params=["embedded", "sqlite", "newer"])
def _pair(request: pytest.FixtureRequest, tmp_path: Path) -> Pair:
    """Both states of a project, and a backend that has nothing of it."""
    if request.param == "embedded":
        pair = Pair(tmp_path, f"embedded:{tmp_path / 'syntask.db'}", clean_environ(HOME=str(tmp_path)))
    else:
        server: PrefectServer = request.getfixturevalue(request.param)
        server.empty()
        server.create_pool("default")
        pair = Pair(tmp_path, server.api, server.client_environ)
    pair.write()
    return pair


def test_pairs_end_in_one_of_the_two_states_or_in_a_refusal(pair: Pair) -> None:
    """Never in a mixture that both call a success."""
    for _ in range(4):
        check_pair(pair)


def test_who_comes_second_is_told_who_is_at_work_or_waits(pair: Pair) -> None:
    """With `--wait`, it deploys as soon as the other one is done."""
    with closing(connect(pair.backend, store=pair.folder, environ=pair.environ)) as backend:
        lease = backend.take_lease("pair", ELSEWHERE, seconds=600)
        assert lease is not None
        refused = pair.deploy(1)
        said = refused.communicate(timeout=120)[0]
        assert (refused.returncode, "ann@elsewhere (process 12)" in said) == (1, True), said
        assert pair.stored() == []

        waiting = pair.deploy(2, "--wait", "10m")
        assert waiting.stdout is not None
        lines = iter(waiting.stdout.readline, "")
        assert any(line.startswith("Waiting: ann@elsewhere (process 12)") for line in lines)
        backend.release_lease(lease)
    said = waiting.communicate(timeout=120)[0]
    assert waiting.returncode == 0, said
    assert pair.stored() == [2] * COUNT
