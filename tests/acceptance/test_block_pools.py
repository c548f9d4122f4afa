"""`syntask work-pool create` out of an infrastructure block, on the embedded backend."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.console import Console

BLOCK = {
    "env": {"A": "1", "DB_PASSWORD": "hush-hush"},
    "working_dir": "/srv",
    "_block_document_name": "ours",
    "_block_type_slug": "process",
}


@pytest.fixture(name="console")
def _console(tmp_path: Path) -> Console:
    for name in ("work", "home"):
        (tmp_path / name).mkdir()
    console = Console(tmp_path / "work", tmp_path / "home")
    write(console, BLOCK)
    return console


def write(console: Console, block: dict[str, Any]) -> None:
    (console.directory / "infra.json").write_text(json.dumps(block), encoding="utf-8")


def test_a_pool_has_the_name_and_the_settings_of_the_block(console: Console) -> None:
    created = console.run("syntask work-pool create --from-file infra.json")
    shown = console.run("syntask work-pool inspect ours -o json")

    properties = json.loads(shown.stdout)["base_job_template"]["variables"]["properties"]
    assert "Created work pool `ours` of type `process`." in created.stdout
    assert "Create it: syntask block create secret db-password" in created.stdout
    assert properties["working_dir"]["default"] == "/srv"
    assert properties["env"]["default"] == {
        "A": "1",
        "DB_PASSWORD": "{{ syntask.blocks.secret.db-password }}",
    }
    assert "hush-hush" not in created.stdout + shown.stdout


def test_an_equal_pool_is_there_already_and_another_one_is_not_changed(console: Console) -> None:
    create = "syntask work-pool create --from-file infra.json"
    console.run(create)

    again = console.run(create)
    write(console, {**BLOCK, "working_dir": "/opt", "env": {"A": "1", "DB_PASSWORD": "other-hush"}})
    other = console.run(create)

    assert (again.returncode, other.returncode) == (0, 1)
    assert "already there" in again.stdout
    assert re.search(r'^-\s+"default": "/srv"', other.stdout, re.MULTILINE)
    assert "It was not changed." in other.stdout
    assert "hush" not in other.stdout
    assert '"/srv"' in console.run("syntask work-pool inspect ours").stdout


def test_a_dry_run_prints_the_template_and_makes_no_store(console: Console) -> None:
    done = console.run("syntask work-pool create --from-file infra.json --dry-run 2>/dev/null")

    assert json.loads(done.stdout)["variables"]["properties"]["working_dir"]["default"] == "/srv"
    assert not (console.home / ".syntask").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "Missing argument"),
        ("a --from-file infra.json --type process", "cannot be combined with a block"),
        ("a --from-file infra.json --from-block process/ours", "cannot be combined"),
        ("a --from-server http://127.0.0.1:1/api", "requires `--from-block TYPE/NAME`"),
        ("a --from-block ours --from-server http://127.0.0.1:1/api", "`ours` is not TYPE/NAME."),
        ("a --from-block process/ours", "no server is configured"),
    ],
)
def test_what_does_not_fit_together(console: Console, arguments: str, message: str) -> None:
    done = console.run(f"syntask work-pool create {arguments}")

    assert done.returncode == 64
    assert message in done.stdout
    assert "help: " in done.stdout


def test_the_embedded_backend_serves_no_other_type(console: Console) -> None:
    write(console, {"_block_type_slug": "kubernetes-job", "image": "shop/orders:1"})

    done = console.run("syntask work-pool create a --from-file infra.json")

    assert done.returncode == 1
    assert "does not serve work pools of type `kubernetes`" in done.stdout
