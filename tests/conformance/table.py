"""The cases, and the record of what Prefect answers.

A case is a function in a file of `cases`: a few lines of flow code that import `syntask`, and give what
can be seen of it as JSON. `run_cases.py` runs them with ours or, with its name for ours, with Prefect.
"""

from __future__ import annotations

import ast
import json
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.processes import clean_environ

JUDGE = "3.9.1"
_HERE = Path(__file__).parent
_RECORD = _HERE / "answers.json"
_PATIENCE = 600.0

Answers = dict[str, Any]


class CaseFailed(str):
    """In place of an answer: the error that a case ended with."""

    __slots__ = ()


def cases() -> list[str]:
    """All cases as `theme.case`, in the order of their files."""
    files = sorted((_HERE / "cases").glob("[!_]*.py"))
    return [f"{file.stem}.{name}" for file in files for name in _functions(file)]


def _functions(file: Path) -> Iterator[str]:
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and not (node.decorator_list or node.name.startswith("_")):
            yield node.name


def answers(package: str, python: str, folder: Path, *, environ: Mapping[str, str], of: list[str]) -> Answers:
    """What each of the cases *of* gives with *package*; a `CaseFailed` where it raised."""
    folder.mkdir(parents=True, exist_ok=True)
    argv = [python, str(_HERE / "run_cases.py"), package, str(folder), *of]
    with (folder / "output").open("w", encoding="utf-8") as output:
        done = subprocess.run(
            argv,
            env=clean_environ(**environ),
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
            timeout=_PATIENCE,
        )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, (folder / "output").read_text(encoding="utf-8")[-4000:]
    return {line["case"]: line["answer"] if "answer" in line else CaseFailed(line["error"]) for line in told}


@cache
def record() -> Answers:
    """What Prefect answered when the record was written."""
    found = json.loads(_RECORD.read_text(encoding="utf-8"))
    assert found["prefect"] == JUDGE
    answers: Answers = found["answers"]
    return answers


def write_record(answers: Answers) -> None:
    """Replace the record, a line for each case."""
    lines = ",\n".join(f"    {json.dumps(case)}: {json.dumps(answers[case])}" for case in cases())
    text = f'{{\n  "prefect": {json.dumps(JUDGE)},\n  "answers": {{\n{lines}\n  }}\n}}\n'
    _RECORD.write_text(text, encoding="utf-8")
