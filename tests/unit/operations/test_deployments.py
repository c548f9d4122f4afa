"""Runs of deployments whose stored values are not what a deploy would have written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from syntask_yaml.errors import ProjectInvalid
from syntask_yaml.model.deployment import Write
from syntask_yaml.operations.deployments import run_deployment
from tests.support.desk import Desk


def test_a_stored_schema_that_is_none_is_a_message(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.declare("tags: []")
    desk.deploy()
    (stored,) = desk.backend.deployments()
    broken = replace(stored.deployment, parameter_schema={"properties": ["source"]})
    list(desk.backend.write([Write(stored, broken)]))

    with pytest.raises(ProjectInvalid) as raised:
        run_deployment(desk.backend, "etl/d0", parameters={"source": "s3"})

    (problem,) = raised.value.diagnostics
    assert problem.code == "no-parameter-schema"
    assert "`properties` is not a mapping" in problem.detail
