"""Hundreds of pairs of deploys that start at the same time; `make torture` runs them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.pairs import Pair, check_pair
from tests.support.prefect_server import PYTHON, migrated_by, sqlite_server
from tests.support.processes import clean_environ

PAIRS = int(os.environ.get("SYNTASK_TORTURE_PAIRS", "200"))

pytestmark = [pytest.mark.real, pytest.mark.torture]


def test_pairs_on_the_embedded_backend(tmp_path: Path) -> None:
    """Each ends in one of the two states, or in a refusal that says who is at work."""
    pair = Pair(tmp_path, f"embedded:{tmp_path / 'syntask.db'}", clean_environ(HOME=str(tmp_path)))
    pair.write()
    refused = sum(check_pair(pair) for _ in range(PAIRS))
    print(f"{refused} of {PAIRS} pairs had a refusal")


def test_pairs_on_a_server(pytestconfig: pytest.Config, tmp_path: Path) -> None:
    """The same."""
    migrated = migrated_by(PYTHON, pytestconfig)
    with sqlite_server(tmp_path / "server", migrated=migrated) as server:
        server.create_pool("default")
        pair = Pair(tmp_path, server.api, server.client_environ)
        pair.write()
        refused = sum(check_pair(pair) for _ in range(PAIRS))
    print(f"{refused} of {PAIRS} pairs had a refusal")
