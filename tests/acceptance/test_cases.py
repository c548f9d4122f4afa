"""What users see: each folder below `cases` is a test.

A case holds a `script` of commands and the `output.txt` that they print; other files are copied into
an empty directory, where the script runs. `pytest --update` writes the outputs anew: review the diff
like code.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.console import Console

CASES = Path(__file__).parent / "cases"


@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: case.name)
def test_case_prints_what_it_printed(case: Path, console: Console, request: pytest.FixtureRequest) -> None:
    """The commands of a case print exactly what its output holds."""
    console.copy(case, leave_out=("script", "output.txt"))

    printed = "".join(console.play(line) for line in _commands(case / "script"))

    expected = case / "output.txt"
    if request.config.getoption("--update"):
        expected.write_text(printed, encoding="utf-8")
    assert expected.read_text(encoding="utf-8") == printed


def _commands(script: Path) -> list[str]:
    lines = script.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]
