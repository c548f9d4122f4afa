"""What engines and registries say when they do not do what they are asked, and what to do about it."""

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

_CERTIFICATES = "`DOCKER_CERT_PATH` names the directory with `ca.pem`, `cert.pem` and `key.pem`: look there."
# Why an engine cannot be asked anything.
_UNASKED = (
    Rule(
        "Permission denied",
        detail="No permission to use {}.",
        hint="Let your user use it (the group `docker`), or point `DOCKER_HOST` at one that you may use.",
    ),
    Rule(
        "HTTP request to an HTTPS server",
        detail="TLS is needed to talk to {}.",
        hint="Set `DOCKER_TLS_VERIFY=1`, and `DOCKER_CERT_PATH` to the directory with the certificates.",
    ),
    Rule(
        r"\[SSL[^]]*\] ([^(]+) \(",
        detail="There is no TLS connection to {}: {}.",
        hint=_CERTIFICATES,
    ),
    Rule(pattern="TLS", detail="There are no certificates for {}.", hint=_CERTIFICATES),
    Rule(
        "paramiko",
        detail="The Python package `paramiko` is needed to talk to {}.",
        hint="Install it beside syntask-yaml: `pip install paramiko`.",
    ),
)
_NO_ANSWER = Rule(
    pattern="",
    detail="There is no answer from {}.",
    hint="Start Docker or Podman, or say in `DOCKER_HOST` where one is.",
)


class EngineFailed(StepFailed):
    """The engine, or a registry that it asks, said no; *reason* has its own words."""

    def __init__(self, detail: str, *, hint: str = "", reason: str = "") -> None:
        super().__init__(detail, hint=hint)
        self.reason = reason


def unreachable(address: str, reason: str) -> EngineFailed:
    """The failure of asking the engine at *address* anything, for a *reason* in the words of a library."""
    rule, groups, _ = classify(reason, _UNASKED) or Classified(_NO_ANSWER, (), "")
    return EngineFailed(rule.detail.format(address, *groups), hint=rule.hint, reason=reason)


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
_REMEDIES = (
    Rule(
        r"(?i)denied|unauthorized|no basic auth|authentication required|forbidden by|incorrect username",
        hint="Log in with `docker login`, or give the step `credentials`. "
        "Check that you may use the repository.",
    ),
    Rule(
        r"(?i)no space left|disk quota",
        hint="Make room where the engine keeps its images: `docker system prune` removes what nothing uses.",
    ),
    Rule(
        r"(?i)manifest unknown|manifest for .* not found|name unknown|repository does not exist",
        hint="Check the name and the tag of the image.",
    ),
    Rule(
        r"(?i)no such host|connection refused|i/o timeout|TLS handshake|network is unreachable"
        r"|server gave HTTP|connection reset|broken pipe|closed network connection|\bEOF\b",
        hint="The engine does not reach the registry, or lost it. Check its address, then try again.",
    ),
    Rule(
        r"(?i)buildkit",
        hint="Let BuildKit build it: `build_backend: buildx`.",
    ),
    Rule(
        _WORDLESS,
        hint="The log of its service does. Podman takes no relative links that lead out of the directory: "
        "leave them out in `.dockerignore`.",
    ),
)


def refusal(what: str, reason: str) -> EngineFailed:
    """The failure of *what*, with the engine's *reason* and what to do about it."""
    found = classify(reason, _REMEDIES)
    hint = found.rule.hint if found else ""
    return EngineFailed(f"{what} failed: {reason.rstrip('.')}.", hint=hint, reason=reason)
