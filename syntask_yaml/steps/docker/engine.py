"""The container engine: how it is found, what it answers, and its errors in our words."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from socket import AF_UNIX, SHUT_RDWR, SOCK_STREAM, socket
from threading import Thread
from typing import Any, TypeVar

import docker
import requests
import urllib3
from docker import errors as docker_errors

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.base import StepContext, StepStopped
from syntask_yaml.steps.docker.image import HUB, registry_host

_TICK = 0.1
_ANSWERS_WITHIN = 600
_HUB_KEY = "https://index.docker.io/v1/"
_UNREACHABLE = (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError)

_CERTIFICATES = "`DOCKER_CERT_PATH` names the directory with `ca.pem`, `cert.pem` and `key.pem`: look there."
# How an error says why nothing can be asked; what to say of it, and what to do. The last is for all others.
_SIGNS = tuple(
    (re.compile(sign, re.DOTALL), told, hint)
    for sign, told, hint in (
        (
            "Permission denied",
            "No permission to use {}.",
            "Let your user use it (the group `docker`), or point `DOCKER_HOST` at one that you may use.",
        ),
        (
            "HTTP request to an HTTPS server",
            "TLS is needed to talk to {}.",
            "Set `DOCKER_TLS_VERIFY=1`, and `DOCKER_CERT_PATH` to the directory with the certificates.",
        ),
        (r"\[SSL[^]]*\] ([^(]+) \(", "There is no TLS connection to {}: {}.", _CERTIFICATES),
        ("TLS", "There are no certificates for {}.", _CERTIFICATES),
        (
            "",
            "There is no answer from {}.",
            "Start Docker or Podman, or say in `DOCKER_HOST` where one is.",
        ),
    )
)

T = TypeVar("T")


class EngineFailed(StepFailed):
    """The engine, or a registry that it asks, said no; *reason* has its own words."""

    def __init__(self, detail: str, *, hint: str = "", reason: str = "") -> None:
        super().__init__(detail, hint=hint)
        self.reason = reason


class Engine:
    """One container engine. `api` is docker-py's own client of it."""

    def __init__(self, api: Any, context: StepContext) -> None:
        self.api = api
        self._context = context

    @property
    def podman(self) -> str | None:
        """The version of Podman's own interface, which it has besides Docker's; None if it is no Podman."""
        version: str | None = self.api.podman
        return version

    def login(self, credentials: Mapping[str, Any], registry: str) -> None:
        """Use *credentials* for *registry*, as long as this engine is used. Raises StepFailed."""
        host, auth = login_of(credentials, registry)
        self.api._auth_configs.add_auth(_HUB_KEY if host == HUB else host, auth)

    def ask(self, what: str, call: Callable[[Any], T]) -> T:
        """The answer to one request, for *what*. Raises EngineFailed, StepStopped."""
        return next(iter(self.follow(what, lambda api: iter((call(api),)))))

    def follow(self, what: str, call: Callable[[Any], Iterator[T]]) -> Iterator[T]:
        """Each answer to a request that has many, as it comes. Raises EngineFailed, StepStopped.

        The engine is waited for in a thread of its own, so that a stop is heeded at once.
        """
        answers: SimpleQueue[tuple[str, Any]] = SimpleQueue()
        thread = Thread(target=_collect, args=(self.api, call, answers), name="engine", daemon=True)
        thread.start()
        try:
            while True:
                try:
                    kind, answer = answers.get(timeout=_TICK)
                except Empty:
                    if self._context.stop.is_set():
                        raise StepStopped(f"{what} was stopped.") from None
                    continue
                if kind == "end":
                    return
                if kind == "error":
                    raise _translated(what, answer) from answer
                if isinstance(answer, dict) and answer.get("error"):
                    raise refusal(what, _error_text(answer))
                yield answer
        finally:
            if thread.is_alive():
                _hang_up(self.api)


def _collect(api: Any, call: Callable[[Any], Iterator[Any]], answers: SimpleQueue[tuple[str, Any]]) -> None:
    try:
        for answer in call(api):
            answers.put(("answer", answer))
    except Exception as error:  # noqa: BLE001  (handed to the thread that asked)
        answers.put(("error", error))
    else:
        answers.put(("end", None))


class _Client(docker.APIClient):  # type: ignore[misc]  # docker-py has no types
    """docker-py's client, which remembers its open answers so that they can be cut short.

    `podman` is the version of Podman's own interface, if it has one.
    """

    def __init__(self, **options: Any) -> None:
        self.open_answers: list[Any] = []
        self.podman: str | None = None
        super().__init__(**options)

    def _retrieve_server_version(self) -> str:
        # The whole version takes Podman half a second.
        headers = self._get(f"{self.base_url}/_ping").headers
        self.podman = headers.get("Libpod-Api-Version")
        return headers.get("Api-Version") or super()._retrieve_server_version()  # type: ignore[no-any-return]

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        # requests would rather trust the authority in REQUESTS_CA_BUNDLE than the one of this engine.
        verify = self.verify if verify is None else verify
        return super().merge_environment_settings(url, proxies, stream, verify, cert)

    def send(self, request: Any, **options: Any) -> Any:
        answer = super().send(request, **options)
        if options.get("stream"):
            self.open_answers.append(answer)
        return answer


def _hang_up(api: Any) -> None:
    for answer in getattr(api, "open_answers", ()):
        with suppress(Exception):
            raw = api._get_raw_response_socket(answer)
            getattr(raw, "_sock", raw).shutdown(SHUT_RDWR)


@contextmanager
def open_engine(context: StepContext) -> Iterator[Engine]:
    """The engine that docker-py, and so the Docker command line, would use; or else Podman's.

    That is `DOCKER_HOST`, the current Docker context, the socket of Docker, that of Podman. Raises
    EngineFailed if none answers.
    """
    api = _connect(context.environ)
    try:
        yield Engine(api, context)
    finally:
        api.close()


def _connect(environ: Mapping[str, str]) -> Any:
    address = "the container engine"
    try:
        options = {"timeout": _ANSWERS_WITHIN, **_address(environ)}
        address = f"the container engine at `{options.get('base_url', 'unix:///var/run/docker.sock')}`"
        _try_socket(str(options.get("base_url", "unix:///var/run/docker.sock")))
        client = _Client(version="auto", **options)
        client._auth_configs = docker.auth.load_config(_configuration(environ), credstore_env=dict(environ))
    except docker_errors.APIError as error:
        raise _translated(address, error) from error
    except (docker_errors.DockerException, *_UNREACHABLE, ValueError) as error:
        raise _unreachable(address, str(error)) from error
    return client


def _unreachable(address: str, reason: str) -> EngineFailed:
    found = ((sign.search(reason), told, hint) for sign, told, hint in _SIGNS)
    match, told, hint = next((match, told, hint) for match, told, hint in found if match)
    return EngineFailed(told.format(address, *match.groups()), hint=hint, reason=reason)


def _try_socket(address: str) -> None:
    """Raise OSError if *address* is a socket of this machine that nobody listens on."""
    if address.startswith(("unix://", "http+unix://")):
        with socket(AF_UNIX, SOCK_STREAM) as trial:
            trial.connect("/" + address.partition("://")[2].lstrip("/"))


def _address(environ: Mapping[str, str]) -> dict[str, Any]:
    options: dict[str, Any] = docker.utils.kwargs_from_env(environment=environ)
    if "base_url" in options:
        return options
    current = docker.ContextAPI.kwargs_from_context(environment=environ)
    if current.get("base_url") and current["base_url"] != "unix:///var/run/docker.sock":
        return {**current, **options}
    if not Path("/var/run/docker.sock").exists():
        for place in _podman_sockets(environ):
            if place.exists():
                return {"base_url": f"unix://{place}"}
    return options


def _configuration(environ: Mapping[str, str]) -> str | None:
    """The file in which `docker login` keeps logins."""
    home = environ.get("DOCKER_CONFIG") or f"{environ.get('HOME', '')}/.docker"
    path = Path(home) / "config.json"
    return str(path) if path.is_file() else None


def _podman_sockets(environ: Mapping[str, str]) -> Iterator[Path]:
    if runtime := environ.get("XDG_RUNTIME_DIR"):
        yield Path(runtime) / "podman/podman.sock"
    yield Path(f"/run/user/{os.getuid()}/podman/podman.sock")
    yield Path("/run/podman/podman.sock")


def login_of(credentials: Mapping[str, Any], registry: str) -> tuple[str, dict[str, str]]:
    """The host and the login in *credentials*. Raises StepFailed if they are none for *registry*."""
    missing = [name for name in ("username", "password") if not credentials.get(name)]
    if missing:
        hint = "Give `username` and `password`, or a `docker-registry-credentials` block."
        raise StepFailed(f"`credentials` lack `{missing[0]}`.", hint=hint)
    host = registry_host(str(credentials.get("registry_url") or registry))
    if host != registry:
        detail = f"The credentials are for `{host}`, and the image belongs to `{registry}`."
        raise StepFailed(detail, hint="Correct `image_name`, or the `registry_url` of the credentials.")
    return host, {"username": str(credentials["username"]), "password": str(credentials["password"])}


def _error_text(answer: Mapping[str, Any]) -> str:
    detail = answer.get("errorDetail")
    message = detail.get("message") if isinstance(detail, Mapping) else None
    return _INNARDS.sub("", str(message or answer["error"])).strip()


def _translated(what: str, error: Exception) -> Exception:
    if isinstance(error, docker_errors.APIError):
        return refusal(what, str(error.explanation or f"{_WORDLESS} ({error.status_code})"))
    if isinstance(error, docker_errors.DockerException):
        return refusal(what, str(error))
    if isinstance(error, _UNREACHABLE):
        detail = f"{what} failed: the container engine ended the connection."
        return EngineFailed(detail, hint="Is it still running? Then try again.", reason=str(error))
    return error


# What Podman adds to the names of instructions that it does not know.
_INNARDS = re.compile(r" &imagebuilder\.Step\{.*\}")

# Podman explains nothing of what it refuses before a build begins.
_WORDLESS = "the container engine does not say why"

# What engines and registries say, and what to do about it; the first that fits is taken.
_REMEDIES: tuple[tuple[str, str], ...] = (
    (
        r"denied|unauthorized|no basic auth|authentication required|forbidden by|incorrect username",
        "Log in with `docker login`, or give the step `credentials`. Check that you may use the repository.",
    ),
    (
        r"no space left|disk quota",
        "Make room where the engine keeps its images: `docker system prune` removes what nothing uses.",
    ),
    (
        r"manifest unknown|manifest for .* not found|name unknown|repository does not exist",
        "Check the name and the tag of the image.",
    ),
    (
        r"no such host|connection refused|i/o timeout|TLS handshake|network is unreachable|server gave HTTP"
        r"|connection reset|broken pipe|closed network connection|unexpected EOF|: EOF",
        "The engine does not reach the registry, or lost it. Check its address, then try again.",
    ),
    (
        r"buildkit",
        "Let BuildKit build it: `build_backend: buildx`.",
    ),
    (
        _WORDLESS,
        "The log of its service does. Podman takes no relative links that lead out of the directory: leave "
        "them out in `.dockerignore`.",
    ),
)


def refusal(what: str, reason: str) -> EngineFailed:
    """The failure of *what*, with the engine's *reason* and what to do about it."""
    hint = next((hint for words, hint in _REMEDIES if re.search(words, reason, re.IGNORECASE)), "")
    return EngineFailed(f"{what} failed: {reason.rstrip('.')}.", hint=hint, reason=reason)
