"""Records of any length over one pipe, whoever else writes there, and whatever arrives."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syntask_yaml.worker.framing import Assembly, frames
from syntask_yaml.worker.protocol import LONGEST_LINE, Report

RECORDS = st.lists(
    st.tuples(st.sampled_from(["{", "+", "é", "x"]), st.integers(0, 30_000)).map(lambda two: two[0] * two[1]),
    max_size=4,
)


def assembled(writes: Iterable[bytes]) -> list[bytes]:
    assembly = Assembly()
    return [record for write in writes for record in assembly.take(write.removesuffix(b"\n"))]


@given(RECORDS, st.randoms(use_true_random=False))
def test_records_that_are_mixed_with_each_other_arrive_whole(texts: list[str], chance: random.Random) -> None:
    """Those of one writer in their order."""
    records = [json.dumps(text).encode() for text in texts]
    pending = [list(frames(record)) for record in records]
    writes = []
    while any(pending):
        writes.append(chance.choice([each for each in pending if each]).pop(0))
    assert all(len(write) <= 4096 and write.endswith(b"\n") for write in writes)
    assert sorted(assembled(writes)) == sorted(records)


def test_no_more_is_held_than_some() -> None:
    """Of records that never end; the oldest is given up."""
    writes = [b"+%d.1 %s\n" % (number, b"x" * 4000) for number in range(10_000)]
    assembly = Assembly()
    given_up = [record for write in writes for record in assembly.take(write.removesuffix(b"\n"))]
    left = list(assembly.rest())
    assert len(given_up) + len(left) == 10_000
    assert sum(map(len, left)) <= 16_000_000


@given(
    st.binary()
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps).map(str.encode)
)
def test_whatever_arrives_is_a_report(line: bytes) -> None:
    assert isinstance(Report.decode(line).message, str)


@pytest.mark.parametrize(
    "line", [b"", b"{", b"3", b'{"kind": "log", "message": null}', b'{"kind": "x"}', b"[" * 100_000]
)
def test_what_is_no_report_is_its_text(line: bytes) -> None:
    assert Report.decode(line) == Report("damaged", line.decode())


@pytest.mark.parametrize("text", ["", "one", "half \ud83d a character", "x" * (2 * LONGEST_LINE + 1)])
def test_a_report_is_read_as_it_was_written(text: str) -> None:
    """A long message in several."""
    reports = [
        Report.decode(record) for record in assembled(Report("log", text, level=logging.ERROR).encode())
    ]
    assert "".join(report.message for report in reports) == text
    assert {(report.kind, report.level) for report in reports} == {("log", logging.ERROR)}
