"""Which page of which server shows what a command has made."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from syntask_yaml.cli.page_links import link_to_deployments, link_to_run, note_pages

_EMBEDDED, _SERVER = "embedded:/store.db", "http://127.0.0.1:4200/api"
_HOLD = """
import sys
from pathlib import Path
from syntask_yaml.cli.page_links import note_pages
note_pages(Path(sys.argv[1]), sys.argv[2], "http://127.0.0.1:1/")
print("noted", flush=True)
sys.stdin.read()
"""


def test_pages_that_are_served_here_are_known_until_their_process_is_killed(tmp_path: Path) -> None:
    """And shown in place of a server's own."""
    argv = [sys.executable, "-c", _HOLD, str(tmp_path), _SERVER]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        assert link_to_run(tmp_path, _SERVER, "5") == "http://127.0.0.1:1/runs/5"
        one = [("etl/prod", "7")]
        assert link_to_deployments(tmp_path, _SERVER, one) == "http://127.0.0.1:1/deployment?name=etl%2Fprod"
        assert link_to_deployments(tmp_path, _SERVER, one * 2) == "http://127.0.0.1:1/deployments"
        assert link_to_run(tmp_path, _EMBEDDED, "5") is None
        note_pages(tmp_path, _SERVER, "http://127.0.0.1:2/")  # of a second one that serves the same
        assert link_to_run(tmp_path, _SERVER, "5") == "http://127.0.0.1:1/runs/5"
        other.kill()
    assert link_to_run(tmp_path, _SERVER, "5") == "http://127.0.0.1:4200/runs/flow-run/5"


def test_without_pages_a_server_has_its_own_and_a_store_none(tmp_path: Path) -> None:
    deployments: list[tuple[str, str | None]] = [("etl/prod", "7"), ("etl/dev", "8")]

    assert link_to_deployments(tmp_path, _SERVER, deployments) == "http://127.0.0.1:4200/deployments"
    assert (
        link_to_deployments(tmp_path, _SERVER, deployments[:1])
        == "http://127.0.0.1:4200/deployments/deployment/7"
    )
    assert link_to_deployments(tmp_path, _EMBEDDED, deployments) is None
