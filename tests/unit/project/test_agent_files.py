"""Files of agents are told from others by their keys, without reading them as YAML."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.project.agent_files import (
    CONVERTED,
    find_agent_files,
    is_agent_deployment,
    may_hold_deployment,
    upgrade_command,
)

FILE = b"name: a\nentrypoint: flows.py:f\ninfrastructure: {}\nstorage: null\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (FILE, True),
        (b'{"entrypoint": "flows.py:f", "work_pool": {}}', True),
        (b"deployments:\n- name: a\n  entrypoint: flows.py:f\n", True),
        (b"services:\n  web:\n    entrypoint: run.sh\n", False),
        (b"infrastructure: aws\n", False),
        (CONVERTED.encode() + b"syntask.yaml as f/a\n" + FILE, False),
        (b"\xef\xbb\xbf" + CONVERTED.encode() + b"syntask.yaml as f/a\n" + FILE, False),
        (b"", False),
    ],
)
def test_the_bytes_of_a_file_tell(content: bytes, expected: bool) -> None:
    assert may_hold_deployment(content) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"infrastructure": None, "storage": None}, True),
        ({"infrastructure": None, "storage": None, "deployments": []}, False),
        ({"flow_name": "f", "name": "a"}, False),
        ([], False),
        (None, False),
    ],
)
def test_the_keys_of_a_document_tell(value: object, expected: bool) -> None:
    assert is_agent_deployment(value) is expected


def test_files_in_a_folder_are_found_in_order(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    for name in ("b.yaml", "a.yml", "inner/c.yaml"):
        (tmp_path / name).write_bytes(FILE)
    (tmp_path / "link.yaml").symlink_to(tmp_path / "b.yaml")
    (tmp_path / "big.yaml").write_bytes(FILE + b"#" * 2_000_000)
    (tmp_path / "other.yaml").write_bytes(b"a: 1\n")
    (tmp_path / "folder.yaml").mkdir()

    assert find_agent_files(tmp_path) == ["a.yml", "b.yaml"]


def test_the_command_can_be_copied() -> None:
    assert upgrade_command("old files/a.yaml") == "syntask upgrade 'old files/a.yaml'"
