"""The record of what Prefect answers is true. `test_ours.py` compares ours with the record.

Some of the cases are judged again, spread over all; `make torture` has all of them judged, and so has
`--update`, which writes the record anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conformance.table import JUDGE, Answers, CaseFailed, answers, cases, record, write_record
from tests.support.prefect_server import NEWER, PrefectServer, migrated_by, missing, sqlite_server, version_of

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(bool(missing(NEWER)), reason=missing(NEWER) or "it is there"),
]

# How many are judged: a run of a flow takes a server and its client a fifth of a second.
_JUDGED = int(os.environ.get("SYNTASK_TORTURE_CASES", "80"))
# None of them has a part in what a flow does, and all of them write to the one file.
_SERVICES = (
    "CANCELLATION_CLEANUP", "EVENT_LOGGER", "EVENT_PERSISTER", "FOREMAN", "LATE_RUNS", "PAUSE_EXPIRATIONS",
    "SCHEDULER", "TASK_RUN_RECORDER", "TRIGGERS",
)  # fmt: skip
_PROCESSES = 2


def judged() -> list[str]:
    """The cases that are judged here."""
    return cases()[:: max(1, len(cases()) // _JUDGED)]


@pytest.fixture(name="server", scope="module")
def _server(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    off = {f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in _SERVICES}
    home, migrated = tmp_path_factory.mktemp("server"), migrated_by(NEWER, pytestconfig)
    with sqlite_server(home, migrated=migrated, python=NEWER, **off) as server:
        yield server


@pytest.fixture(name="judge", scope="module")
def _judge(
    server: PrefectServer, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Answers:
    """What Prefect answers, in two processes, so that the server is not waited for."""
    folder = tmp_path_factory.mktemp("judge")
    updates = pytestconfig.getoption("update")
    asked = cases() if updates else judged()

    def ask(part: int) -> Answers:
        own = folder / str(part)
        environ = {
            **server.client_environ,
            "PREFECT_LOCAL_STORAGE_PATH": str(own / "results"),
            "PREFECT_LOGGING_TO_API_ENABLED": "false",
            "PREFECT_API_TLS_INSECURE_SKIP_VERIFY": "true",  # no certificates to load, for each client
        }
        return answers("prefect", NEWER, own, environ=environ, of=asked[part::_PROCESSES])

    with ThreadPoolExecutor(_PROCESSES) as pool:
        found = {case: answer for part in pool.map(ask, range(_PROCESSES)) for case, answer in part.items()}
    if updates:
        write_record(found)
        record.cache_clear()
    return found


def test_the_judge_has_its_version() -> None:
    assert version_of(NEWER) == JUDGE


@pytest.mark.parametrize("case", judged())
def test_prefect_answers_as_recorded(case: str, judge: Answers) -> None:
    assert not isinstance(judge[case], CaseFailed)
    assert judge[case] == record()[case]


def test_every_case_is_recorded(judge: Answers) -> None:
    assert set(record()) == set(cases())
