"""Texts that look like URLs and are none: whoever reads one of them goes on, and shows no login."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.backend.prefect.settings import read_connection
from syntask_yaml.backend.prefect.wire import client_of
from syntask_yaml.errors import StepFailed, UsageError
from syntask_yaml.project.origin import remote_name
from syntask_yaml.project.repository import Commit
from syntask_yaml.steps.git.address import parse_address
from syntask_yaml.steps.storage import open_storage
from syntask_yaml.ui.gate import Gate
from syntask_yaml.urls import url_parts

# A bracket that is not closed, an address that is none, and a character that stands for two.
BROKEN = ["https://user:hush@[::1/shop.git", "https://user:hush@[zz]/shop", "https://user:hush@x\u2100y/shop"]

broken = pytest.mark.parametrize("url", BROKEN)


@broken
def test_a_text_that_is_no_url_is_a_path_without_its_login(url: str) -> None:
    parts = url_parts(url)
    assert (parts.scheme, parts.netloc, parts.path) == ("", "", url.replace("user:hush@", ""))


def test_a_url_has_its_parts() -> None:
    parts = url_parts("https://user@git.example.com/team/shop")
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "user@git.example.com", "/team/shop")


@broken
def test_a_server_at_no_url_is_bad_usage(url: str) -> None:
    with pytest.raises(UsageError, match="is not the URL of a server") as raised:
        client_of(read_connection(url, {}))
    assert "hush" not in str(raised.value)


@broken
def test_the_settings_of_a_profile_at_no_url_are_those_of_no_server(url: str, tmp_path: Path) -> None:
    (tmp_path / "profiles.toml").write_text(
        f'active = "work"\n[profiles.work]\nPREFECT_API_URL = "{url}"\nPREFECT_API_KEY = "key"\n',
        encoding="utf-8",
    )
    connection = read_connection("https://prefect.example/api", {"PREFECT_HOME": str(tmp_path)})
    assert connection.authorization is None


@broken
def test_a_remote_at_no_url_has_a_name(url: str, tmp_path: Path) -> None:
    name = remote_name(url, tmp_path)
    assert name.startswith(str(tmp_path))
    assert "hush" not in name
    assert Commit("3f2a9c1e", "main", "first", url).repository


@broken
def test_a_repository_is_not_the_one_at_no_url(url: str, tmp_path: Path) -> None:
    assert not parse_address("https://git.example.com/team/shop", tmp_path).is_same(url)


@broken
def test_a_request_from_no_url_is_one_of_another_site(url: str) -> None:
    objection = Gate.of([], is_read_only=False).objection("POST", {"host": "localhost:8080", "origin": url})
    assert objection == "The request comes from another site."


@broken
def test_a_folder_at_no_url_is_said(url: str) -> None:
    with pytest.raises(StepFailed, match="does not refer to a folder"):
        open_storage(url, {})
