"""Credentials for git, in the form that each host expects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syntask_yaml.errors import StepFailed
from syntask_yaml.model.secret import Secret
from syntask_yaml.steps.git.address import Address

# The user name for a token without one, by a part of the host name; the first match is used.
# Empty: there is no default, so the token has to include one.
_TOKEN_USERS: Mapping[str, str] = {
    "bitbucketserver": "",
    "bitbucket": "x-token-auth",
    "gitlab": "oauth2",
}
# GitHub's user name; Azure DevOps, Gitea and Forgejo accept any user name with a token.
_ANY_HOST = "x-access-token"

_TOKEN_KEYS = ("access_token", "token", "password")


@dataclass(frozen=True, slots=True)
class Login:
    """The user name and password for a server."""

    username: str
    password: Secret


def login_for(
    address: Address, access_token: str | None, credentials: Mapping[str, Any] | str | None
) -> Login | None:
    """Return the login for *address* from the inputs of a step or the URL; None without one.

    Raises StepFailed if they contradict each other, or contain no login.
    """
    if access_token and credentials:
        detail = "`access_token` and `credentials` are both set."
        raise StepFailed(detail, hint="Keep one of them.")
    if not access_token and not credentials:
        return None if address.password is None else _login(address.username, address.password.reveal())
    if address.password is not None:
        detail = "The URL of the repository contains credentials, and the step sets others."
        raise StepFailed(detail, hint="Remove the credentials from the URL.")
    if isinstance(credentials, Mapping):
        username = _text(credentials, "username") or _text(credentials, "user") or address.username
        return _with_token(address, username, _token(credentials))
    return _with_token(address, address.username, (access_token or credentials or "").strip())


def _token(credentials: Mapping[str, Any]) -> str:
    for key in _TOKEN_KEYS:
        if found := _text(credentials, key):
            return found
    keys = ", ".join(f"`{key}`" for key in _TOKEN_KEYS)
    raise StepFailed(f"The credentials have none of {keys}.", hint="Refer to a block that contains a token.")


def _text(credentials: Mapping[str, Any], key: str) -> str:
    value = credentials.get(key)
    return value.strip() if isinstance(value, str) else ""


def _with_token(address: Address, username: str, token: str) -> Login:
    if username:
        return _login(username, token)
    if ":" in token:
        username, _, token = token.partition(":")
        return _login(username, token)
    fitting = (user for part, user in _TOKEN_USERS.items() if part in address.host.casefold())
    user = next(fitting, _ANY_HOST)
    if not user:
        detail = f"`{address.host}` requires a username together with the token."
        raise StepFailed(detail, hint="Write `user:token`, or set `username` in `credentials`.")
    return _login(user, token)


def _login(username: str, password: str) -> Login:
    if not (username + password).isprintable():
        raise StepFailed("The credentials contain a line break or another unprintable character.")
    return Login(username, Secret(password))
