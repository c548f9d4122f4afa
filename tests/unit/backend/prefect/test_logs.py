"""Logs of runs that several follow at the same time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from syntask_yaml.backend.base import LogFilter
from syntask_yaml.backend.clock import utc_now
from syntask_yaml.backend.prefect.api import Api
from syntask_yaml.backend.prefect.bodies import Raw
from syntask_yaml.backend.prefect.logs import PrefectLogs
from syntask_yaml.backend.prefect.pages import PAGE, Pages

_RUN = "0f0e0d0c-0b0a-4908-8706-050403020100"
_ONE_PAGE = LogFilter(limit=PAGE)


class LongLog:
    """The part of an API that gives the lines of one log; *meanwhile* is what happens before a page comes."""

    def __init__(self, lines: int) -> None:
        stamp = "2026-03-02T12:00:00Z"
        self._raws: list[Raw] = [
            {"id": f"id-{number}", "timestamp": stamp, "level": 20, "message": str(number), "name": "flow"}
            for number in range(lines)
        ]
        self.meanwhile: Callable[[], object] = lambda: None

    def check_version(self) -> None:
        """It is what it is."""

    def parsed(self, parse: Callable[[], Any]) -> Any:
        return parse()

    def pages(self, kind: str, _body: object, found: dict[str, Raw]) -> Pages:
        return Pages("url", kind, self._read, found)

    def _read(self, offsets: Sequence[int]) -> list[list[Raw]]:
        happens, self.meanwhile = self.meanwhile, lambda: None
        happens()
        return [self._raws[offset : offset + PAGE] for offset in offsets]


def test_two_readers_of_a_log_do_not_take_lines_from_each_other() -> None:
    """Each of them is at the same place, or at another one, while the first waits for its page."""
    log = LongLog(3 * PAGE)
    logs = PrefectLogs(cast("Api", log), utc_now)

    def read(after: int) -> list[str]:
        return [line.message for line in logs.logs(_RUN, after=after, which=_ONE_PAGE)]

    texts = [str(number) for number in range(3 * PAGE)]
    assert read(0) == texts[:PAGE]
    for other in (PAGE, 0, 5):
        log.meanwhile = lambda other=other: read(other)  # type: ignore[misc]
        assert read(PAGE) == texts[PAGE : 2 * PAGE]
    assert read(2 * PAGE) == texts[2 * PAGE :]
