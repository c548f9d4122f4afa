"""Build secrets, which do not become part of the image."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from syntask_yaml.errors import StepFailed
from syntask_yaml.files import home_path
from syntask_yaml.steps.base import StepContext

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class BuildSecret:
    """A secret with its *content*, which `RUN --mount=type=secret,id=…` mounts as a file."""

    content: bytes

    def __repr__(self) -> str:
        return "BuildSecret(***)"


def secrets_of(secrets: Any, context: StepContext) -> dict[str, BuildSecret]:
    """Return the secrets in the input `secrets`: by id a string, `{env: NAME}` or `{file: PATH}`.

    Raises StepFailed for an invalid input; the message contains no secret.
    """
    if not isinstance(secrets, Mapping):
        hint = (
            'Write them as `id: "{{ syntask.blocks.secret.NAME }}"`, `id: {env: NAME}` or `id: {file: PATH}`.'
        )
        raise StepFailed("`secrets` must be a mapping of ids to secrets.", hint=hint)
    return {_checked(name): _secret(str(name), value, context) for name, value in secrets.items()}


def _checked(name: object) -> str:
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise StepFailed(f"`{name}` is not a valid secret id.", hint="Use letters, digits and `. _ -`.")
    return name


def _secret(name: str, value: Any, context: StepContext) -> BuildSecret:
    match value:
        case str():
            return BuildSecret(value.encode())
        case {"env": str(variable), **rest} if not rest:
            if variable not in context.environ:
                raise StepFailed(f"The secret `{name}`: the environment has no variable `{variable}`.")
            return BuildSecret(context.environ[variable].encode())
        case {"file": str(path), **rest} if not rest:
            place = context.directory / home_path(path)
            if not place.is_file():
                raise StepFailed(f"The secret `{name}`: the file `{place}` does not exist.")
            return BuildSecret(place.read_bytes())
        case _:
            hint = "Write text, `{env: NAME}` or `{file: PATH}`."
            raise StepFailed(f"The secret `{name}` is not valid.", hint=hint)


@contextmanager
def as_files(secrets: Mapping[str, BuildSecret]) -> Iterator[dict[str, Path]]:
    """Yield a temporary file for each secret, which only the current user can read."""
    with TemporaryDirectory(prefix="syntask-build-") as directory:  # its mode is 0700
        paths = {}
        for number, (name, secret) in enumerate(secrets.items()):
            paths[name] = Path(directory) / str(number)
            paths[name].touch(mode=0o600)
            paths[name].write_bytes(secret.content)
        yield paths


def texts_of(secrets: Mapping[str, BuildSecret]) -> Iterator[str]:
    """Yield the strings to mask in output."""
    for secret in secrets.values():
        text = secret.content.decode(errors="replace").strip()
        if text:
            yield text
