"""The name of the user who runs a command."""

from __future__ import annotations


def login_name() -> str | None:
    """Return the user name; None for a user id without a name, as in some containers."""
    import getpass  # slow to import, and few commands need it

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None
