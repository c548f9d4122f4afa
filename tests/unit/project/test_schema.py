"""A file that Prefect 2 wrote for an agent is one message."""

from __future__ import annotations

from pathlib import Path

from syntask_yaml.document.reader import read_bytes
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.load import load_project
from tests.unit.project.conftest import DIALECTS


@DIALECTS
def test_a_file_for_an_agent_is_one_message(dialect: Dialect) -> None:
    text = (Path(__file__).parents[2] / "files/invalid/agent-deployment.yaml").read_bytes()

    (problem,) = load_project(read_bytes(text, "deployment.yaml"), Path(), dialect=dialect).diagnostics

    assert problem.code == "agent-deployment"
    assert problem.is_error is (dialect is Dialect.SYNTASK)  # Prefect's own loader takes it
