"""Where the server is, and how to talk to it."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest

from syntask_yaml.backend.prefect.settings import read_connection, stock_environ
from syntask_yaml.errors import UsageError
from syntask_yaml.model.secret import Secret
from syntask_yaml.settings import read_settings

URL = "https://prefect.example/api"
PROFILES = f"""\
active = "work"

[profiles.work]
PREFECT_API_URL = "{URL}"
PREFECT_API_KEY = "of-the-profile"

[profiles.other]
PREFECT_API_URL = "http://127.0.0.1:4200/api"
"""


@pytest.fixture(name="home")
def _home(tmp_path: Path) -> Path:
    (tmp_path / ".prefect").mkdir()
    (tmp_path / ".prefect" / "profiles.toml").write_text(PROFILES, encoding="utf-8")
    return tmp_path


def basic(pair: str) -> Secret:
    return Secret(f"Basic {b64encode(pair.encode()).decode()}")


def test_the_first_that_is_given_counts(home: Path) -> None:
    """The command line, then ours, then Prefect's, then the profile; otherwise the embedded store."""
    environ = {"HOME": str(home), "PREFECT_API_URL": "http://b/api", "SYNTASK_API_URL": "http://a/api"}
    assert read_settings(environ, backend="embedded").backend == "embedded"
    assert read_settings(environ).backend == "http://a/api"
    del environ["SYNTASK_API_URL"]
    assert read_settings(environ).backend == "http://b/api"
    del environ["PREFECT_API_URL"]
    assert read_settings(environ).backend == URL
    assert read_settings({**environ, "PREFECT_PROFILE": "other"}).backend == "http://127.0.0.1:4200/api"
    assert read_settings({"HOME": str(home / "nobody")}).backend is None


@pytest.mark.parametrize("name", ["PREFECT_HOME", "PREFECT_PROFILES_PATH"])
def test_profiles_may_be_elsewhere(home: Path, name: str) -> None:
    """As Prefect itself finds them."""
    place = home / ".prefect"
    value = place if name == "PREFECT_HOME" else place / "profiles.toml"

    assert read_settings({"HOME": "/nowhere", name: str(value)}).backend == URL


@pytest.mark.parametrize("text", ["active = ", "\xff\xfe", "active = 'gone'", "active = 'a'\nprofiles = 3"])
def test_profiles_that_cannot_be_read_are_none(home: Path, text: str) -> None:
    """They are not ours to judge."""
    (home / ".prefect" / "profiles.toml").write_bytes(text.encode("latin-1"))

    assert read_settings({"HOME": str(home)}).backend is None


def test_a_key_of_the_profile_goes_to_its_own_server_only(home: Path) -> None:
    """Nobody else learns it."""
    environ = {"HOME": str(home)}
    assert read_connection(URL, environ).authorization == Secret("Bearer of-the-profile")
    assert read_connection("https://elsewhere.example/api", environ).authorization is None
    assert read_connection("http://prefect.example/api", environ).authorization is None


def test_who_asks() -> None:
    """An auth string counts more than a key, and a login in the URL is one, which is not shown."""
    key = {"PREFECT_API_KEY": "k"}
    assert read_connection(URL, key).authorization == Secret("Bearer k")
    assert read_connection(URL, {**key, "SYNTASK_API_KEY": "own"}).authorization == Secret("Bearer own")
    assert read_connection(URL, {**key, "PREFECT_API_AUTH_STRING": "u:p"}).authorization == basic("u:p")
    with_login = read_connection("https://u:p@prefect.example/api/", key)
    assert (with_login.url, with_login.authorization) == (URL, basic("u:p"))
    assert "u:p" not in repr(with_login)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PREFECT_API_REQUEST_TIMEOUT", "soon"),
        ("PREFECT_API_REQUEST_TIMEOUT", "0"),
        ("PREFECT_API_TLS_INSECURE_SKIP_VERIFY", "maybe"),
        ("PREFECT_CLIENT_CUSTOM_HEADERS", "X-Team: data"),
        ("PREFECT_CLIENT_CUSTOM_HEADERS", "[1]"),
        ("SYNTASK_SERVER_KIND", "airflow"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(name: str, value: str) -> None:
    """With its name."""
    with pytest.raises(UsageError, match=name):
        read_connection(URL, {name: value})


def test_a_stock_worker_gets_the_settings_under_its_own_names() -> None:
    """Whatever they were called."""
    environ = {"SYNTASK_API_KEY": "k", "PREFECT_API_REQUEST_TIMEOUT": "9"}
    assert stock_environ("https://u:p@prefect.example/api", environ) == {
        "PREFECT_API_URL": URL,
        "PREFECT_API_KEY": "k",
        "PREFECT_API_AUTH_STRING": "u:p",
        "PREFECT_API_REQUEST_TIMEOUT": "9",
    }


def test_cloud_is_told_from_its_url() -> None:
    """Only there are promises kept watch over."""
    assert read_connection("https://api.prefect.cloud/api/accounts/a/workspaces/w", {}).is_cloud
    assert not read_connection(URL, {}).is_cloud
