"""The URL and the connection settings of the server, from the environment and the active Prefect profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlunsplit

from syntask_yaml.backend.prefect.names import DIALECTS, ServerDialect
from syntask_yaml.backend.prefect.profile import active_profile
from syntask_yaml.errors import UsageError
from syntask_yaml.model.secret import Secret
from syntask_yaml.model.value import read_json
from syntask_yaml.urls import url_parts

_TIMEOUT = 60.0
_TRUE, _FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """The settings to connect to the API at *url*, which contains no credentials.

    *certificates* is a file of trusted certificates, *trusts_all* disables their verification, and *timeout*
    is in seconds.
    """

    url: str
    authorization: Secret | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    certificates: str | None = None
    trusts_all: bool = False
    timeout: float = _TIMEOUT
    dialect: ServerDialect = DIALECTS["prefect"]

    @property
    def is_cloud(self) -> bool:
        """Whether the server is Prefect Cloud."""
        return "/api/accounts/" in self.url and "/workspaces/" in self.url


def read_connection(url: str, environ: Mapping[str, str]) -> Connection:
    """Return the connection settings for *url*. Raises UsageError for an invalid setting.

    Settings of the active profile apply only to the URL of the profile, so that its API key is not sent to
    other servers.
    """
    settings, bare, login = _settings(url, environ)
    return Connection(
        url=bare,
        authorization=_authorization(settings, login),
        headers=settings.headers("CLIENT_CUSTOM_HEADERS"),
        certificates=settings.text("API_SSL_CERT_FILE"),
        trusts_all=settings.flag("API_TLS_INSECURE_SKIP_VERIFY"),
        timeout=settings.seconds("API_REQUEST_TIMEOUT", _TIMEOUT),
        dialect=settings.dialect("SERVER_KIND"),
    )


# The settings that a stock worker reads.
_WORKER_SETTINGS = (
    "API_KEY",
    "API_AUTH_STRING",
    "API_SSL_CERT_FILE",
    "API_TLS_INSECURE_SKIP_VERIFY",
    "API_REQUEST_TIMEOUT",
    "CLIENT_CUSTOM_HEADERS",
)


def stock_environ(url: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables of a stock worker of the server at *url*."""
    settings, bare, login = _settings(url, environ)
    values = {name: settings.text(name) for name in _WORKER_SETTINGS}
    values["API_AUTH_STRING"] = values["API_AUTH_STRING"] or login
    return {"PREFECT_API_URL": bare, **{f"PREFECT_{name}": value for name, value in values.items() if value}}


def _settings(url: str, environ: Mapping[str, str]) -> tuple[_Settings, str, str]:
    """Return the settings for the server at *url*, the URL without credentials, and the credentials."""
    profile = active_profile(environ)
    known = profile if _same_server(profile.get("PREFECT_API_URL", ""), url) else {}
    bare, login = without_login(url)
    return _Settings(environ, known), bare.rstrip("/"), login


@dataclass(frozen=True, slots=True)
class _Settings:
    """Settings by their name without the prefix SYNTASK_ or PREFECT_."""

    environ: Mapping[str, str]
    profile: Mapping[str, str]

    def text(self, name: str) -> str | None:
        sources = (
            self.environ.get(f"SYNTASK_{name}"),
            self.environ.get(f"PREFECT_{name}"),
            self.profile.get(f"PREFECT_{name}"),
        )
        return next((value for value in sources if value), None)

    def flag(self, name: str) -> bool:
        text = (self.text(name) or "").strip().lower()
        if text not in _TRUE | _FALSE:
            raise UsageError(f"`PREFECT_{name}` is `{text}`; expected `true` or `false`.")
        return text in _TRUE

    def seconds(self, name: str, default: float) -> float:
        text = self.text(name)
        try:
            number = float(text) if text else default
        except ValueError:
            number = -1.0
        if not 0 < number < 86_400:
            raise UsageError(f"`PREFECT_{name}` is `{text}`; expected a number of seconds.")
        return number

    def headers(self, name: str) -> dict[str, str]:
        text = self.text(name)
        try:
            headers = read_json(text) if text else {}
        except ValueError:
            headers = None
        if not isinstance(headers, dict):
            example = '`{"X-Team": "data"}`'
            raise UsageError(f"`PREFECT_{name}` is not a JSON object.", hint=f"Write it as {example}.")
        return {str(key): str(value) for key, value in headers.items()}

    def dialect(self, name: str) -> ServerDialect:
        kind = self.text(name) or "prefect"
        if kind not in DIALECTS:
            raise UsageError(
                f"`SYNTASK_{name}` is `{kind}`.",
                hint=f"It can be {' or '.join(f'`{each}`' for each in DIALECTS)}.",
            )
        return DIALECTS[kind]


def _authorization(settings: _Settings, login: str) -> Secret | None:
    from base64 import b64encode

    if pair := settings.text("API_AUTH_STRING") or login:
        return Secret(f"Basic {b64encode(pair.encode()).decode()}")
    key = settings.text("API_KEY")
    return Secret(f"Bearer {key}") if key else None


def without_login(url: str) -> tuple[str, str]:
    """Return *url* without its credentials, and the credentials (empty if there are none)."""
    parts = url_parts(url)
    login, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=host)), login


def _same_server(one: str, other: str) -> bool:
    return bool(one) and url_parts(one)[:2] == url_parts(other)[:2]
