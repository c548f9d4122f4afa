"""The name of the user who runs a command."""

from __future__ import annotations


def login_name() -> str | None:
    """Return the name of the account; None for a user id without a name, as some containers have."""
    import getpass  # which loads what few commands need

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None
