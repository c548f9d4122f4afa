"""Convert errors of engines and registries to messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import requests
import urllib3
from docker import errors as docker_errors

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.failures import Classified, Rule, classify

UNREACHABLE = (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError)

_CERTIFICATES = "Check `ca.pem`, `cert.pem` and `key.pem` in the directory that `DOCKER_CERT_PATH` is set to."
# Exceptions of libraries when an engine cannot be reached.
_UNASKED = (
    Rule(
        "Permission denied",
        detail="Permission denied: cannot access {}.",
        hint="Add your user to the group `docker`, or set `DOCKER_HOST` to an engine that you may use.",
    ),
    Rule(
        "HTTP request to an HTTPS server",
        detail="TLS is required to connect to {}.",
        hint="Set `DOCKER_TLS_VERIFY=1`, and set `DOCKER_CERT_PATH` to the directory with the certificates.",
    ),
    Rule(
        r"\[SSL[^]]*\] ([^(]+) \(", detail="Cannot establish a TLS connection to {}: {}.", hint=_CERTIFICATES
    ),
    Rule(pattern="TLS", detail="Cannot load the TLS certificates for {}.", hint=_CERTIFICATES),
    Rule(
        "paramiko",
        detail="Connecting to {} requires the Python package `paramiko`.",
        hint="Run `pip install paramiko` in the environment of syntask-yaml.",
    ),
)
_NO_ANSWER = Rule(
    pattern="",
    detail="Cannot connect to {}.",
    hint="Start Docker or Podman, or set `DOCKER_HOST` to its address.",
)


class EngineFailed(StepFailed):
    """The engine, or a registry that it uses, reported an error; *reason* is its text."""

    def __init__(self, detail: str, *, hint: str = "", reason: str = "") -> None:
        super().__init__(detail, hint=hint)
        self.reason = reason


class EngineUnreachable(EngineFailed):
    """The engine does not respond. It may later."""


def unreachable(address: str, reason: str) -> EngineFailed:
    """Return the error for an engine at *address* that does not respond; *reason* is a library's message."""
    rule, groups, _ = classify(reason, _UNASKED) or Classified(_NO_ANSWER, (), "")
    kind = EngineUnreachable if rule is _NO_ANSWER else EngineFailed
    return kind(rule.detail.format(address, *groups), hint=rule.hint, reason=reason)


def error_text(answer: Mapping[str, Any]) -> str:
    """Return the message in an error response."""
    detail = answer.get("errorDetail")
    message = detail.get("message") if isinstance(detail, Mapping) else None
    return _INNARDS.sub("", str(message or answer["error"])).strip()


def translated(what: str, error: Exception) -> Exception:
    """Return *error* of the operation *what* as EngineFailed, if it comes from the engine."""
    if isinstance(error, docker_errors.APIError):
        return refusal(what, str(error.explanation or f"{_WORDLESS} ({error.status_code})"))
    if isinstance(error, docker_errors.DockerException):
        return refusal(what, str(error))
    if isinstance(error, UNREACHABLE):
        detail = f"{what} failed: the container engine closed the connection."
        hint = "Check that the engine is running and try again."
        return EngineUnreachable(detail, hint=hint, reason=str(error))
    return error


# Podman's prefix of unknown instructions.
_INNARDS = re.compile(r" &imagebuilder\.Step\{.*\}")

# Podman gives no reason for a rejection before the build starts.
_WORDLESS = "the container engine gave no reason"

# Messages of engines and registries with hints; the first match is used.
_REMEDIES = (
    Rule(
        r"(?i)denied|unauthorized|no basic auth|authentication required|forbidden by|incorrect username",
        hint="Log in with `docker login`, or set `credentials` in the step. Check your access to "
        "the repository.",
    ),
    Rule(
        r"(?i)no space left|disk quota",
        hint="Free disk space for images. `docker system prune` removes unused data.",
    ),
    Rule(
        r"(?i)manifest unknown|manifest for .* not found|name unknown|repository does not exist",
        hint="Check the name and the tag of the image.",
    ),
    Rule(
        r"(?i)no such host|connection refused|i/o timeout|TLS handshake|network is unreachable"
        r"|server gave HTTP|connection reset|broken pipe|closed network connection|\bEOF\b",
        hint="The engine cannot connect to the registry. Check the address of the registry and try again.",
    ),
    Rule(
        r"(?i)network \S+ not found|unable to find network",
        hint="Check `networks` and `network_mode`. `docker network ls` lists the networks.",
    ),
    Rule(
        "bind source path does not exist",
        hint="The engine must be on this machine and see its directories, as runs report through one.",
    ),
    Rule(r"(?i)buildkit", hint="Build with BuildKit: `build_backend: buildx`."),
    Rule(
        _WORDLESS,
        hint="See the log of the engine's service. Podman rejects relative links out of the "
        "directory: exclude them in `.dockerignore`.",
    ),
)


def refusal(what: str, reason: str) -> EngineFailed:
    """Return the error for the operation *what*, with the engine's *reason* and a hint."""
    found = classify(reason, _REMEDIES)
    hint = found.rule.hint if found else ""
    return EngineFailed(f"{what} failed: {reason.rstrip('.')}.", hint=hint, reason=reason)
