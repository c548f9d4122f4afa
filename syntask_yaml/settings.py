"""What the environment says about where to work and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from syntask_yaml.errors import UsageError

STORE_NAME = "syntask.db"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are: *home* is syntask's own folder, *backend* a URL or None for the embedded one."""

    home: Path
    backend: str | None = None
    default_pool: str | None = None

    @property
    def store(self) -> Path:
        """The embedded backend's file."""
        return self.home / STORE_NAME


def read_settings(environ: Mapping[str, str], *, backend: str | None = None) -> Settings:
    """Settings from an environment; *backend* is one that was named on the command line."""
    home = environ.get("SYNTASK_HOME") or str(Path(environ.get("HOME", "~")) / ".syntask")
    return Settings(
        home=Path(home).expanduser(),
        backend=backend or _first(environ, "SYNTASK_BACKEND", "SYNTASK_API_URL", "PREFECT_API_URL"),
        default_pool=_first(environ, *_DEFAULT_POOL),
    )


_DEFAULT_POOL = (
    "SYNTASK_DEFAULT_WORK_POOL_NAME",
    "PREFECT_DEFAULT_WORK_POOL_NAME",
    "PREFECT_DEPLOYMENTS_DEFAULT_WORK_POOL_NAME",
)


def _first(environ: Mapping[str, str], *names: str) -> str | None:
    return next((environ[name] for name in names if environ.get(name)), None)


def seconds(environ: Mapping[str, str], name: str, default: float) -> float:
    """A number of seconds from the environment. Raises UsageError for what is none."""
    text = environ.get(name)
    if not text:
        return default
    try:
        return float(text)
    except ValueError as error:
        raise UsageError(f"`{name}` is `{text}`; expected is a number of seconds.") from error
