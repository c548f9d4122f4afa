"""The Dockerfile of a build, from the project or generated, and its base images."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from syntask_yaml.errors import StepFailed
from syntask_yaml.files import read_regular

AUTO = "auto"

# The name in the build context of a Dockerfile from outside it.
GENERATED = ".syntask.Dockerfile"

# The directory of the project in an image, which the default pull step uses.
_IMAGE_ROOT = "/opt/prefect"
_REQUIREMENTS = "requirements.txt"


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """The *text* of a Dockerfile, and its *name* in the build context; *path* is None if generated."""

    name: str
    text: str
    path: Path | None = None

    @property
    def is_inside(self) -> bool:
        """Whether it is in the build context."""
        return self.name != GENERATED


def find_dockerfile(dockerfile: str, root: Path) -> Dockerfile:
    """Return the Dockerfile *name* in *root*, or a generated one for `auto`. Raises StepFailed."""
    if dockerfile == AUTO:
        return Dockerfile(GENERATED, written_for(root))
    path = root / dockerfile
    try:
        text = read_regular(path)
    except FileNotFoundError as error:
        hint = "Fix `dockerfile:`, or write `dockerfile: auto` to generate one for the project."
        raise StepFailed(f"The Dockerfile `{path}` does not exist.", hint=hint) from error
    except UnicodeDecodeError as error:
        raise StepFailed(f"The Dockerfile `{path}` is not UTF-8 text.") from error
    except OSError as error:
        raise StepFailed(f"Cannot read the Dockerfile `{path}`: {error.strerror or error}.") from error
    inside = path.resolve().is_relative_to(root.resolve()) and ".." not in Path(dockerfile).parts
    name = path.absolute().relative_to(root.absolute()).as_posix() if inside else GENERATED
    return Dockerfile(name, text, path)


def written_for(root: Path) -> str:
    """Return a Dockerfile that installs the requirements of the project in *root*, and copies its files."""
    home = f"{_IMAGE_ROOT}/{root.resolve().name}/"
    lines = [f"FROM {base_image()}"]
    if (root / _REQUIREMENTS).is_file():
        lines += [f"COPY {_json(_REQUIREMENTS, home)}", f"WORKDIR {_escaped(home)}"]
        lines += [f"RUN python -m pip install --no-cache-dir -r {_REQUIREMENTS}"]
    lines += [f"COPY {_json('.', home)}", f"WORKDIR {_escaped(home)}"]
    return "\n".join(lines) + "\n"


def base_image() -> str:
    """Return Prefect's image for the current Python, and for the installed Prefect, if any."""
    try:
        version = metadata.version("prefect")
    except metadata.PackageNotFoundError:
        version = "3"
    return f"prefecthq/prefect:{version}-python{sys.version_info.major}.{sys.version_info.minor}"


def with_secrets(text: str, secrets: Mapping[str, object], *, has_ssh: bool) -> str:
    """Return a generated Dockerfile that mounts secrets in `/run/secrets` and the ssh agent for pip."""
    mounts = [f"--mount=type=secret,id={name}" for name in secrets] + ["--mount=type=ssh"] * has_ssh
    return text.replace("RUN python -m pip", " ".join(["RUN", *mounts, "python -m pip"]))


def _json(*words: str) -> str:
    return json.dumps([_escaped(word) for word in words], ensure_ascii=False)


def _escaped(word: str) -> str:
    """Return a word with special characters escaped."""
    return re.sub(r"([\\$\"'])", r"\\\1", word)


_DIRECTIVE = re.compile(r"#\s*(\w+)\s*=\s*(\S+)\s*")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?:(:?[-+])([^}]*))?\})")
_FROM = re.compile(r"FROM\s+(?:--\w+=\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?\s*$", re.IGNORECASE)
_ARG = re.compile(r"""ARG\s+(\w+)(?:=("[^"]*"|'[^']*'|\S*))?""", re.IGNORECASE)
_OTHER = re.compile(r"(?:COPY|RUN)\s(?:.*?\s)?--(?:from=|mount=\S*?\bfrom=)([^\s,]+)", re.IGNORECASE)


def images_below(text: str, arguments: Mapping[str, str]) -> tuple[str, ...]:
    """Return the base images of a Dockerfile for the build *arguments*, without its own stages.

    A name with an argument that has no value is returned as written.
    """
    found: dict[str, None] = {}
    stages: set[str] = set()
    values: dict[str, str] = {}
    for line in _instructions(text):
        if (match := _ARG.match(line)) and not stages and not found:
            given = _filled((match[2] or "").strip("\"'"), values)
            values[match[1]] = str(arguments.get(match[1], given))
        elif match := _FROM.match(line):
            image = _filled(match[1], values)
            if image != "scratch" and image.lower() not in stages:
                found[image] = None
            stages.update({str(len(stages)), (match[2] or "").lower()} - {""})
        else:
            for other in _OTHER.findall(line):
                if other.lower() not in stages and not other.isdigit():
                    found[_filled(other, values)] = None
    return tuple(found)


def _instructions(text: str) -> Iterator[str]:
    """Yield the instructions of a Dockerfile, each on one line."""
    escape, whole = "\\", ""
    lines = text.removeprefix("\ufeff").splitlines()
    for line in lines:
        directive = _DIRECTIVE.fullmatch(line.strip())
        if directive is None:
            break
        if directive[1].lower() == "escape":
            escape = directive[2]
    for line in lines:
        stripped = line.strip()
        if stripped.startswith("#") or (whole and not stripped):
            continue
        if stripped.endswith(escape):
            whole += stripped[:-1] + " "
            continue
        if (whole + stripped).strip():
            yield (whole + stripped).strip()
        whole = ""
    if whole.strip():
        yield whole.strip()


def _filled(text: str, values: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        known = values.get(match[1] or match[2], "")
        if match[3] in ("-", ":-"):
            return known or match[4]
        if match[3] in ("+", ":+"):
            return match[4] if known else ""
        return known or match[0]

    return _VARIABLE.sub(value, text)
