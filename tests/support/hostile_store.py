"""A store with names, values and a log as somebody hostile would choose them, and with secrets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.block import Block, Variable
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.run import LogLine, RunRequest, State, StateType
from syntask_yaml.model.schedule import Cron, Schedule
from syntask_yaml.model.secret import Secret

NOW = datetime(2026, 3, 2, 12, 0, 30, tzinfo=UTC)
HOSTILE = "\"'><img src=x onerror=alert(1)><script>alert(2)</script>{{ 7*7 }}\u202e"
SECRET = "hunter2-do-not-show"
NAME = "etl/daily"


def fill(backend: EmbeddedBackend, *, lines: int) -> None:
    """Put one deployment with a failed run into *backend*, whose log has so many *lines*, and values."""
    schema: Any = {
        "type": "object",
        "properties": {
            "days": {"type": "integer", "position": 0},
            HOSTILE: {"type": "string", "position": 1, "description": HOSTILE, "default": HOSTILE},
            "password": {"type": "string", "position": 2},
        },
        "required": ["days"],
    }
    deployment = Deployment(
        flow="etl",
        name="daily",
        description=HOSTILE,
        entrypoint=HOSTILE,
        tags=(HOSTILE,),
        parameters={HOSTILE: HOSTILE, "password": SECRET},
        parameter_schema=schema,
        job_variables={"env": {"API_TOKEN": SECRET, "NAME": HOSTILE}},
        schedules=(Schedule(timing=Cron("0 6 * * *")),),
        work_pool="default",
    )
    (written,) = backend.write([Write(None, deployment)])
    assert written.id is not None
    backend.set_variable(Variable("note", HOSTILE))
    backend.set_variable(Variable("api_token", SECRET))
    backend.create_block(Block("secret", "door", {"value": Secret(SECRET)}))
    backend.create_run(RunRequest(deployment_id=written.id, name=HOSTILE, parameters={"days": 1}))
    claim = backend.claim("default", worker=HOSTILE, now=NOW, lease=60)
    assert claim is not None
    log = [LogLine(NOW, 20, f"line {number} {HOSTILE}") for number in range(lines)]
    backend.append_logs(claim.run.id, log, token=claim.token)
    backend.report(claim, State(StateType.FAILED, message=HOSTILE), NOW)
