"""Secrets: strings that are never printed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NoReturn

from syntask_yaml.model.value import MAPPINGS, SCALARS

# Names of inputs and keys whose values are secrets, in every step and pool.
SECRET_NAMES = frozenset(
    "access_token credentials password token secret api_key client_secret aws_secret_access_key "
    "aws_session_token minio_root_password connection_string account_key sas_token "
    "service_account_info private_key".split()
)

# Suffixes of names of variables and parameters with secret values. Names of files and accounts do not count.
_ENDINGS = re.compile(
    r"(?:^|_)(?:token|passphrase|secret|secret_key|api_?key|access_key|private_key|account_key"
    r"|connection_string)$|passw(?:or)?d$|_pwd$|_pass$"
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

# Values that are secrets under any name: keys of well-known services, and passwords in URLs.
_VALUES = re.compile(
    r"(?:gh[pousr]_\w{30,}|github_pat_\w{30,}|glpat-[\w-]{16,}|xox[abeprs]-[\w-]{16,}|npm_\w{30,}"
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[\w-]{35}|pypi-AgE[\w-]{30,}|sk_live_\w{16,}"
    r"|sk-(?:(?:proj|ant|svcacct)-[\w-]{20,}|[A-Za-z0-9]{40,})|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]+"
    r"|[a-zA-Z][\w+.-]*://[^/\s:@]*:[^/\s@]+@\S*)\Z"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)

# The replacement of a secret in output.
MASKED = "********"


@lru_cache(maxsize=4096)
def is_secret_name(name: object) -> bool:
    """Return whether a variable or parameter called *name*, such as `API_TOKEN`, holds a secret."""
    if not isinstance(name, str):
        return False
    words = _HUMP.sub("_", name).lower()
    return _ENDINGS.search(re.sub(r"[^a-z0-9]+", "_", words)) is not None


def is_secret_value(value: object) -> bool:
    """Return whether *value* looks like a secret: a key of a service, or a URL with a password."""
    if not isinstance(value, str):
        return False
    return _VALUES.match(value.strip()) is not None


class Secret:
    """A string that cannot be printed, formatted, logged, pickled or written as JSON.

    `reveal` is the only way to read it, and easy to search for.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __format__(self, _spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret cannot be serialized")


def holds_secret(value: Any) -> bool:
    """Return whether any part of *value* is a `Secret`."""
    if isinstance(value, SCALARS):
        return False
    if isinstance(value, (list, tuple)):
        return any(map(holds_secret, value))
    if isinstance(value, MAPPINGS):
        return any(map(holds_secret, value.values()))
    return isinstance(value, Secret)


def revealed_text(value: Any) -> str:
    """Return *value* as text, with the content of a `Secret`."""
    return value.reveal() if isinstance(value, Secret) else str(value)


def with_secret_texts(value: Any) -> Any:
    """Return *value* with each string in it as a `Secret`."""
    if isinstance(value, str):
        return Secret(value)
    if isinstance(value, Mapping):
        return {key: with_secret_texts(item) for key, item in value.items()}
    return [with_secret_texts(item) for item in value] if isinstance(value, (list, tuple)) else value


def masked(value: Any) -> Any:
    """Return *value* with asterisks in place of each `Secret`."""
    if isinstance(value, Secret):
        return MASKED
    if isinstance(value, Mapping):
        return {key: masked(item) for key, item in value.items()}
    return [masked(item) for item in value] if isinstance(value, (list, tuple)) else value


def revealed(value: Any) -> Any:
    """Return *value* with the content in place of each `Secret`."""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, Mapping):
        return {key: revealed(item) for key, item in value.items()}
    return [revealed(item) for item in value] if isinstance(value, (list, tuple)) else value
