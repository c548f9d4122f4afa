"""What no unit and no crontab can hold. What they hold is read by systemd and a shell in `tests/real`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from syntask_yaml.errors import FileFailed, UsageError
from syntask_yaml.operations.service_files import (
    MAKERS,
    InstalledService,
    systemd_unit,
    write_service_file,
)

SERVICE = InstalledService(
    title="Daily Reports!",
    owner="/srv/reports/syntask.yaml",
    argv=("/usr/bin/python3", "-m", "syntask_yaml"),
    directory=Path("/srv/reports"),
    environ={},
    home=Path("/home/a/.syntask"),
    stop_seconds=90.0,
)


def test_names_are_plain() -> None:
    assert SERVICE.name == "syntask-daily-reports"
    assert replace(SERVICE, title="Täglich").name == "syntask-t-glich"
    assert replace(SERVICE, title="日次").name == "syntask-project"


@pytest.mark.parametrize("how", sorted(MAKERS))
@pytest.mark.parametrize("folder", ["/a\nb", "/a\rb", "/a\x00b", "/a ", "/a\\"], ids=repr)
def test_what_would_end_a_line_is_rejected(how: str, folder: str) -> None:
    with pytest.raises(UsageError, match="cannot stand in such a file"):
        MAKERS[how](replace(SERVICE, directory=Path(folder)))
    with pytest.raises(UsageError):
        MAKERS[how](replace(SERVICE, argv=("/usr/bin/python3", folder)))
    with pytest.raises(UsageError):
        MAKERS[how](replace(SERVICE, environ={"A": folder}))


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    path = tmp_path / "file" / "x.service"
    with pytest.raises(FileFailed, match="Cannot write"):
        write_service_file(path, systemd_unit(SERVICE), SERVICE)
