"""Numbers from the environment."""

from __future__ import annotations

import pwd
from datetime import timedelta
from pathlib import Path

import pytest

from syntask_yaml.errors import UsageError
from syntask_yaml.settings import days, read_settings, seconds, size


def test_what_is_not_set_or_empty_is_the_default() -> None:
    assert seconds({}, "LEASE", 30) == 30
    assert days({"KEEP": ""}, "KEEP", 90) == timedelta(days=90)


@pytest.mark.parametrize(("text", "expected"), [("7", timedelta(days=7)), ("0.5", timedelta(hours=12))])
def test_a_number_of_days(text: str, expected: timedelta) -> None:
    assert days({"KEEP": text}, "KEEP", 90) == expected


def test_for_ever_is_no_number_of_days() -> None:
    assert days({"KEEP": "forever"}, "KEEP", 90) is None


@pytest.mark.parametrize("text", ["soon", "0", "-1", "nan", "inf", "1e99", "forever"])
def test_what_is_no_number_above_nothing_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=f"`LEASE` is `{text}`; expected a number of seconds."):
        seconds({"LEASE": text}, "LEASE", 30)


def test_nothing_is_kept_for_longer_than_there_are_dates() -> None:
    with pytest.raises(UsageError, match="or `forever`"):
        days({"KEEP": "999999999"}, "KEEP", 90)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("500000", 500_000),
        ("20 MB", 20_000_000),
        ("1.5kb", 1500),
        ("2GB", 2 * 10**9),
        ("", 7),
        ("unlimited", None),
    ],
)
def test_a_size(text: str, expected: int | None) -> None:
    assert size({"LIMIT": text}, "LIMIT", 7) == expected


@pytest.mark.parametrize("text", ["much", "-1", "1 TB", "1e9", "0x10", "9" * 400])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="expected a size such as `20 MB`, or `unlimited`"):
        size({"LIMIT": text}, "LIMIT", 7)


@pytest.mark.parametrize(
    ("environ", "home"),
    [
        ({"SYNTASK_HOME": "/srv/s", "HOME": "/home/ada"}, "/srv/s"),
        ({"HOME": "/home/ada"}, "/home/ada/.syntask"),
        ({"HOME": ""}, "/var/lib/ada/.syntask"),
        ({}, "/var/lib/ada/.syntask"),
    ],
)
def test_where_the_files_are(environ: dict[str, str], home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty HOME is as good as none: the files would be where the command is called."""
    ada = pwd.struct_passwd(("ada", "x", 1, 1, "", "/var/lib/ada", "/bin/sh"))
    monkeypatch.setattr(pwd, "getpwuid", lambda _id: ada)
    assert read_settings(environ).home == Path(home)


def test_a_user_without_a_home_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container with the id of nobody: a directory called `~` would be made where it is called."""

    def unknown(_id: int) -> pwd.struct_passwd:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    with pytest.raises(UsageError, match="HOME") as caught:
        read_settings({})
    assert "SYNTASK_HOME" in caught.value.hint
    for elsewhere in ("https://prefect.example.com/api", "embedded:/srv/syntask.db"):
        assert read_settings({}, backend=elsewhere).backend == elsewhere
