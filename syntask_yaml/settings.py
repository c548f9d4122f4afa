"""The settings from the environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from syntask._home import home_folder
from syntask_yaml.backend.prefect.profile import active_profile
from syntask_yaml.errors import UsageError

STORE_NAME = "syntask.db"


class Settings(NamedTuple):
    """The settings: *home* is the folder of syntask, *backend* a URL or None for the embedded backend."""

    home: Path
    backend: str | None = None
    default_pool: str | None = None

    @property
    def store(self) -> Path:
        """The file of the embedded backend."""
        return self.home / STORE_NAME


def read_settings(environ: Mapping[str, str], *, backend: str | None = None) -> Settings:
    """Return the settings of an environment; *backend* is the one of the command line.

    Raises UsageError if the folder of the embedded store is needed and unknown.
    """
    backend = backend or _first(environ, *_BACKEND) or active_profile(environ).get("PREFECT_API_URL")
    return Settings(
        home=_home(environ, backend), backend=backend, default_pool=_first(environ, *_DEFAULT_POOL)
    )


def _home(environ: Mapping[str, str], backend: str | None) -> Path:
    """Return the folder of syntask. Raises UsageError if it is unknown and *backend* is the store in it."""
    folder = home_folder(environ)
    if not folder and backend in (None, "embedded:"):
        detail = "Cannot tell where the store is: `HOME` is not set, and the user has no home directory."
        raise UsageError(detail, hint="Set `SYNTASK_HOME` to a directory that you can write to.")
    return Path(folder or ".syntask")


_BACKEND = ("SYNTASK_BACKEND", "SYNTASK_API_URL", "PREFECT_API_URL")
_DEFAULT_POOL = (
    "SYNTASK_DEFAULT_WORK_POOL_NAME",
    "PREFECT_DEFAULT_WORK_POOL_NAME",
    "PREFECT_DEPLOYMENTS_DEFAULT_WORK_POOL_NAME",
)


def _first(environ: Mapping[str, str], *names: str) -> str | None:
    return next((environ[name] for name in names if environ.get(name)), None)


def seconds(environ: Mapping[str, str], name: str, default: float) -> float:
    """Return a number of seconds from the environment. Raises UsageError for an invalid value."""
    return _number(environ, name, default, "a number of seconds", most=_CENTURY.total_seconds())


def days(environ: Mapping[str, str], name: str, default: float) -> timedelta | None:
    """Return a number of days from the environment, None for `forever`. Raises UsageError if invalid."""
    if environ.get(name) == "forever":
        return None
    return timedelta(
        days=_number(environ, name, default, "a number of days, or `forever`", most=_CENTURY.days)
    )


def size(environ: Mapping[str, str], name: str, default: int) -> int | None:
    """Return a number of bytes from the environment, such as `500000` or `20 MB`; None for `unlimited`.

    Raises UsageError for an invalid value.
    """
    text = environ.get(name)
    if not text:
        return default
    if text == "unlimited":
        return None
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"`{name}` is `{text}`; expected a size such as `20 MB`, or `unlimited`.")
    return int(float(found[1]) * _UNITS[found[2].lower()])


def kept_runs(environ: Mapping[str, str]) -> timedelta | None:
    """Return how long ended runs are kept; None: forever."""
    return days(environ, "SYNTASK_KEEP_RUNS", 90)


def log_limit(environ: Mapping[str, str]) -> int | None:
    """Return how many bytes of a run's log are kept, and of its task runs; None: all."""
    return size(environ, "SYNTASK_LOG_LIMIT", 100_000_000)


_SIZE = re.compile(r"(\d{1,12}(?:\.\d{1,9})?) ?(|b|kb|mb|gb)", re.IGNORECASE | re.ASCII)
_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9}


# Dates much further away are outside the calendar.
_CENTURY = timedelta(days=36_525)


def _number(environ: Mapping[str, str], name: str, default: float, expected: str, *, most: float) -> float:
    text = environ.get(name)
    try:
        number = float(text) if text else default
    except ValueError:
        number = -1.0
    if 0 < number <= most:
        return number
    raise UsageError(f"`{name}` is `{text}`; expected {expected}.")
