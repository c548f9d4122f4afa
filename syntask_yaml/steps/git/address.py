"""Parse and check addresses of repositories, and remove credentials from them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from syntask_yaml.errors import StepFailed
from syntask_yaml.model.secret import Secret
from syntask_yaml.urls import url_parts

_SCHEMES = ("https", "http", "ssh", "git", "file")
_SCP_STYLE = re.compile(r"(?:[\w.+-]+@)?(?P<host>[A-Za-z0-9][\w.-]*):(?!:)(?P<path>.+)")
_LOGIN = re.compile(r"//[^/]*@", re.DOTALL)
_FORMS = (
    "Write `https://host/team/repository.git`, `git@host:team/repository.git`, or the path of a directory."
)


@dataclass(frozen=True, slots=True)
class Address:
    """A repository's *url* without credentials, and the login that it contained.

    *scheme* is empty for a local directory.
    """

    url: str
    scheme: str
    host: str = ""
    username: str = ""
    password: Secret | None = None

    @property
    def takes_login(self) -> bool:
        return self.scheme in ("http", "https")

    @property
    def base(self) -> str:
        """The part of the URL that all repositories of the server share."""
        return f"{self.scheme}://{self.host}"

    @property
    def name(self) -> str:
        """The name of the repository: the last part of its path, without `.git`."""
        last = re.split(r"[/:]", self.url.rstrip("/"))[-1]
        return unquote(last.removesuffix(".git"))

    def is_same(self, url: str) -> bool:
        """Return whether *url*, as stored by git, is this address, ignoring credentials."""
        other = url_parts(url)
        plain = _without_login(other) if other.scheme in ("http", "https") else url
        return _bare(plain) == _bare(self.url)


def parse_address(text: str, directory: Path) -> Address:
    """Parse an address; a relative path starts at *directory*. Raises StepFailed."""
    if not text.strip() or text.startswith("-") or not text.isprintable():
        raise StepFailed(f"`{_LOGIN.sub('//', text)}` is not a repository.", hint=_FORMS)
    if "://" in text:
        return _by_url(text)
    if match := _SCP_STYLE.fullmatch(text):
        return Address(text, "ssh", match["host"])
    return _by_path(text, directory)


def _by_url(text: str) -> Address:
    try:
        parts = urlsplit(text)
        port, username, password = parts.port, parts.username, parts.password
    except ValueError as error:
        raise StepFailed("The URL of the repository is not valid.", hint=_FORMS) from error
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme not in _SCHEMES or host.startswith("-") or not (host or parts.scheme == "file"):
        raise StepFailed(f"`{parts.scheme}://{host}` is not a supported git address.", hint=_FORMS)
    if parts.scheme not in ("http", "https"):
        return Address(text, parts.scheme, host)
    assert port is None or port >= 0
    secret = Secret(unquote(password)) if password is not None else None
    return Address(_without_login(parts), parts.scheme, host, unquote(username or ""), secret)


def _by_path(text: str, directory: Path) -> Address:
    path = directory / text
    if "::" in text or not path.is_dir():
        raise StepFailed(f"The repository `{text}` does not exist (relative to `{directory}`).", hint=_FORMS)
    return Address(str(path.resolve()), "")


def _without_login(parts: SplitResult) -> str:
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _bare(url: str) -> str:
    return url.rstrip("/").removesuffix(".git")
