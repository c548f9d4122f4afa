"""A command that fails before it has a result says why in JSON, where that was asked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.desk import FLOWS

TWO = """\
name: demo
deployments:
  - {name: daily, entrypoint: flows.py:etl, work_pool: {name: default}}
  - {name: weekly, entrypoint: flows.py:etl, work_pool: {name: default}}
"""
ONE = TWO[: TWO.index("  - {name: weekly")]


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "syntask_yaml", *words],
        cwd=folder,
        env={**os.environ, "SYNTASK_HOME": str(folder / "home")},
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    (tmp_path / "flows.py").write_text(FLOWS, encoding="utf-8")
    (tmp_path / "syntask.yaml").write_text(TWO, encoding="utf-8")
    return tmp_path


def failure(folder: Path, *words: str) -> tuple[int, dict[str, Any], str]:
    """The exit code, the only diagnostic of the document, and what standard error says."""
    done = run(folder, *words, "--output", "json")
    document = json.loads(done.stdout)
    assert document["format"] == "syntask.failure/1"
    assert document["exit_code"] == done.returncode
    [diagnostic] = document["diagnostics"]
    return done.returncode, diagnostic, done.stderr


def test_a_refused_prune_says_what_it_would_delete(folder: Path) -> None:
    assert run(folder, "deploy", "--all").returncode == 0
    (folder / "syntask.yaml").write_text(ONE, encoding="utf-8")

    code, diagnostic, said = failure(folder, "deploy", "--all", "--prune")

    assert (code, diagnostic["code"]) == (64, "usage")
    assert diagnostic["detail"] == "This deletes `etl/weekly`."
    assert "--prune-at-most" in diagnostic["hint"]
    assert "This deletes `etl/weekly`." in said


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("deployment inspect none", "not-found"),
        ("plan --all --backend http://127.0.0.1:9/api", "backend-unreachable"),
        ("status --watch", "usage"),
        ("plan --target none", "not-found"),
    ],
)
def test_other_failures_do_so_too(folder: Path, words: str, expected: str) -> None:
    _code, diagnostic, said = failure(folder, *words.split())

    assert diagnostic["code"] == expected
    assert f"[{expected}]" in said


def test_a_result_is_the_only_document(folder: Path) -> None:
    """A project that is not valid is the result of `validate`."""
    (folder / "syntask.yaml").write_text(TWO.replace("entrypoint", "entrypint"), encoding="utf-8")
    done = run(folder, "validate", "--output", "json")

    assert done.returncode == 1
    assert json.loads(done.stdout)["format"] == "syntask.validate/1"
