"""The active Prefect profile, which may contain the URL of the server."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from syntask_yaml.files import home_path


def active_profile(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return the settings of the active Prefect profile; empty if there is no file, or it is invalid."""
    document = _profiles(environ)
    return _settings(document, environ.get("PREFECT_PROFILE") or document.get("active"))


def named_profile(environ: Mapping[str, str], name: str) -> Mapping[str, str]:
    """Return the settings of the Prefect profile called *name*; empty if it does not exist."""
    return _settings(_profiles(environ), name)


def _profiles(environ: Mapping[str, str]) -> Mapping[str, Any]:
    home = Path(environ.get("PREFECT_HOME") or Path(environ.get("HOME") or "~", ".prefect"))
    path = home_path(environ.get("PREFECT_PROFILES_PATH") or home / "profiles.toml")
    if not path.is_file():
        return {}
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _settings(document: Mapping[str, Any], name: object) -> Mapping[str, str]:
    profiles = document.get("profiles")
    profile = profiles.get(name) if isinstance(profiles, dict) else None
    return {key: str(value) for key, value in profile.items()} if isinstance(profile, dict) else {}
