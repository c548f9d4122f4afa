"""The journal: what is written comes back, whole and in order, however it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask._runs.tracking import ChildChange
from syntask_yaml.worker.container.journal import Ended, JournalReader, JournalWriter
from syntask_yaml.worker.log_limit import Amount
from syntask_yaml.worker.protocol import Report


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    path = tmp_path / "journal"
    path.touch()
    return path


def _texts(reader: JournalReader) -> list[str]:
    return [report.message for report in reader.reports()]


def test_what_is_written_comes_back(path: Path) -> None:
    """With the number of lines before, and the end."""
    writer, reader = JournalWriter(path), JournalReader(path)
    writer.begin(7)
    writer.report(Report("log", "ä line\nof two", logger="stdout"))
    assert _texts(reader) == ["ä line\nof two"]
    assert (reader.begun, reader.is_at_end) == (7, True)

    ended = Ended(-9, "why", out_of_memory=True, left_out=Amount(2, 300))
    writer.report(Report("failed", "no", stage="call"))
    writer.end(ended)
    assert _texts(reader) == ["no"]
    assert reader.ended == ended
    writer.close()
    reader.close()


def test_task_runs_come_back(path: Path) -> None:
    """How they stand, and which of them wrote a line; neither counts as a line of the log."""
    change = ChildChange("1", "task", "load-0", "load", "RUNNING", "Running", 5.0, upstream=("2",))
    writer, reader = JournalWriter(path), JournalReader(path)
    writer.report(Report("child", child=change))
    writer.report(Report("log", "one", task="1"))

    first, second = reader.reports()
    assert (first.child, second.child, second.task) == (change, None, "1")
    writer.close()
    reader.close()


def test_a_line_is_read_once_it_is_whole(path: Path) -> None:
    reader = JournalReader(path)
    with path.open("ab", buffering=0) as file:
        file.write(b'{"kind": "log", "mess')
        assert _texts(reader) == []
        file.write(b'age": "whole"}\n')
    assert _texts(reader) == ["whole"]
    reader.close()


def test_a_long_journal_is_read_in_parts(path: Path) -> None:
    """So that one run does not keep the worker from the others."""
    writer, reader = JournalWriter(path), JournalReader(path)
    for number in range(4000):
        writer.report(Report("log", f"{number} {'x' * 100}"))
    first = _texts(reader)
    assert 0 < len(first) < 4000
    rest = [report.message for report in reader.reports(is_last=True)]
    assert [int(text.split()[0]) for text in (*first, *rest)] == list(range(4000))
    assert reader.is_at_end
    writer.close()
    reader.close()


@pytest.mark.parametrize(
    "line",
    [
        b"not json",
        b'{"kind": "begun", "lines": "many"}',
        b'{"kind": "ended"}',
        b"[]",
        b'{"kind": "ended", "code": "x"}',
    ],
)
def test_what_is_no_record_is_a_damaged_report(path: Path, line: bytes) -> None:
    """The code of the run may write there, too."""
    path.write_bytes(line + b"\n")
    reader = JournalReader(path)
    assert [report.kind for report in reader.reports()] == ["damaged"]
    reader.close()


def test_an_end_that_somebody_else_wrote_is_an_end(path: Path) -> None:
    path.write_bytes(b'{"kind": "ended", "code": 3, "left_out": 5}\n')
    reader = JournalReader(path)
    assert list(reader.reports()) == []
    assert reader.ended == Ended(3)
    reader.close()


def test_a_journal_that_is_gone_says_nothing(tmp_path: Path) -> None:
    assert _texts(JournalReader(tmp_path / "none")) == []
