"""Projects of any size, to measure on."""

from __future__ import annotations

from pathlib import Path

FILES, FLOWS = 50, 7

_HEAD = """\
name: bench
definitions:
  pool: &pool
    name: default
    job_variables:
      env: {LEVEL: "{{ $LEVEL }}"}
  tags: &tags [etl, nightly]
deployments:
"""
_ENTRY = """\
  - name: deployment-{number}
    entrypoint: flows/file_{file}.py:flow_{flow}
    description: the deployment number {number}
    version: "1.{number}"
    tags: *tags
    parameters:
      source: s3://bucket/{number}
      batch: {number}
      dry_run: false
      ratio: 0.5
      names: [a, b, "c-{{{{ $REGION }}}}"]
    work_pool:
      <<: *pool
      work_queue_name: q{queue}
    enforce_parameter_schema: true
"""
_SCHEDULES = """\
    schedules:
      - cron: "{minute} {hour} * * *"
        timezone: Europe/Berlin
        active: true
      - interval: 3600
        slug: hourly
"""
_FLOW = '''

@flow
def flow_{number}(
    source: str, batch: int = 1, dry_run: bool = False, ratio: float = 1.0, names: list[str] | None = None
) -> None:
    """A flow to measure on."""
'''

ENVIRON = {"LEVEL": "INFO", "REGION": "eu"}


def write_project(
    folder: Path, deployments: int, *, has_schedules: bool = True, first: int = 0, files: int = FILES
) -> Path:
    """A project of that many deployments, numbered from *first*, with two schedules each or none; its file.

    They have seven flows in each of so many *files*.
    """
    flows = folder / "flows"
    flows.mkdir(parents=True, exist_ok=True)
    for file in range(files):
        body = "".join(_FLOW.format(number=number) for number in range(FLOWS))
        (flows / f"file_{file}.py").write_text(f"from syntask import flow\n{body}", encoding="utf-8")
    path = folder / "syntask.yaml"
    entry = _ENTRY + _SCHEDULES if has_schedules else _ENTRY
    entries = (_filled(entry, number, files) for number in range(first, first + deployments))
    path.write_text(_HEAD + "".join(entries), encoding="utf-8")
    return path


def _filled(entry: str, number: int, files: int) -> str:
    return entry.format(
        number=number,
        file=number % files,
        flow=number % FLOWS,
        queue=number % 5,
        minute=number % 60,
        hour=number % 24,
    )
