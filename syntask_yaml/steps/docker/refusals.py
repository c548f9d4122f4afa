"""What engines and registries say when they do not do what they are asked, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import requests
import urllib3
from docker import errors as docker_errors

from syntask_yaml.errors import StepFailed

UNREACHABLE = (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError)

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
            "paramiko",
            "The Python package `paramiko` is needed to talk to {}.",
            "Install it beside syntask-yaml: `pip install paramiko`.",
        ),
        (
            "",
            "There is no answer from {}.",
            "Start Docker or Podman, or say in `DOCKER_HOST` where one is.",
        ),
    )
)


class EngineFailed(StepFailed):
    """The engine, or a registry that it asks, said no; *reason* has its own words."""

    def __init__(self, detail: str, *, hint: str = "", reason: str = "") -> None:
        super().__init__(detail, hint=hint)
        self.reason = reason


def unreachable(address: str, reason: str) -> EngineFailed:
    """The failure of asking the engine at *address* anything, for a *reason* in the words of a library."""
    found = ((sign.search(reason), told, hint) for sign, told, hint in _SIGNS)
    match, told, hint = next((match, told, hint) for match, told, hint in found if match)
    return EngineFailed(told.format(address, *match.groups()), hint=hint, reason=reason)


def error_text(answer: Mapping[str, Any]) -> str:
    """What an answer that reports an error says of it."""
    detail = answer.get("errorDetail")
    message = detail.get("message") if isinstance(detail, Mapping) else None
    return _INNARDS.sub("", str(message or answer["error"])).strip()


def translated(what: str, error: Exception) -> Exception:
    """*error*, which *what* ended in, as an EngineFailed if it is the engine's."""
    if isinstance(error, docker_errors.APIError):
        return refusal(what, str(error.explanation or f"{_WORDLESS} ({error.status_code})"))
    if isinstance(error, docker_errors.DockerException):
        return refusal(what, str(error))
    if isinstance(error, UNREACHABLE):
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
