"""What `.dockerignore` leaves out here is what the engine's two builders leave out."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

import pytest

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.docker.build_context import build_context
from tests.support.container_engine import ContainerEngine

pytestmark = pytest.mark.real

_FILES = (
    ".env.example .env.exe .env.prod #auto# #c $v A Ab.py README.md [x] [x]y ^h a a(b) a+b a,b a-b a.py a]b "
    "a{2} a|b aaab aab ab ab.py b b.py d/a d/a.md d/b d/e/f d/e/g.py d/keep/z d7 "
    "docs/a.md docs/b/c.md docs/r.txt build/x.o src/build/y.o src/m.py src/t/test_m.py node_modules/p/i.js "
    "src/node_modules/q/j.js x x-1 y "
    "é.py éé.py"
).split()  # fmt: skip
_PATTERNS = [
    # Classes
    "[!a].py", "[^a].py", "[a-b].py", ".env.[^e]*", "[x-y]", "[é].py", "[*].py", "[?].py", "[.].py", "[[]x]",
    r"[\]]", r"[\^a].py", "[[:alpha:]]", "[a-z&&b]", "d[/]a", "d[^x]a",
    # Escapes
    r"\#*\#", r"\[x\]", r"\[x]", r"a\+b", r"a\(b\)", r"\!a", r"\#c", r"\*", r"a\]b", r"\d", r"\a",
    # What means something in a regular expression
    "a+b", "a.b", "a(b)", "a|b", "a{2}", "$v", "^h", "a]b", "x-1", "a,b",
    # Stars
    "*", "**", "**/", "***", "*.md", "**/*.md", "*/*.md", "*/a", "a*", "a**b", "**b", "d**", "d?", "?.py",
    "??.py", "**/build", "**/a", "a/**", "node_modules/**", "**/node_modules/**", "src/*/", "src/**/*.py",
    "d/**/g.py",
    # Exceptions
    "docs\n!**/*.md", "docs\n!docs/a.md", "docs/*\n!docs/*.md", "*\n!src", "*\n!src/m.py", "*\n!**/*.py",
    "**\n!src/**", "d/**\n!d/keep", "d\n!d/keep/z", "!*.md\n*.md", "*.md\n!README.md", "!!a",
    # Paths and lines
    "/build", "./build/", "src/../build", "../build", "#c", " #c",
]  # fmt: skip
_REFUSED = ["c++", "[a", "[]a].py", "[a-].py", "[-a].py", "a\\", "!", r"\y"]


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    for name in _FILES:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    (tmp_path / "Dockerfile").write_text(
        "FROM base:1\nCOPY . /seen/\nRUN find /seen -type f\n", encoding="utf-8"
    )
    (tmp_path / "only").write_text("FROM scratch\nCOPY . /seen/\n", encoding="utf-8")
    return tmp_path


def seen_here(folder: Path) -> set[str]:
    entries = build_context(folder).entries()
    return {entry.path for entry in entries if not entry.is_directory} & set(_FILES)


def seen_by_buildkit(folder: Path, engine: ContainerEngine) -> set[str]:
    words = ["docker", "build", "-f", "only", "-o", "type=tar,dest=-", "."]
    done = subprocess.run(
        words, cwd=folder, env={**engine.environ, "DOCKER_BUILDKIT": "1"}, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        return {name.removeprefix("seen/") for name in archive.getnames()} & set(_FILES)


def built_by_the_engine(folder: Path, engine: ContainerEngine) -> subprocess.CompletedProcess[str]:
    words = ["docker", "build", "--no-cache", "--network", "host", "."]
    environ = {**engine.environ, "DOCKER_BUILDKIT": "0"}
    return subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True)


@pytest.mark.parametrize("patterns", _PATTERNS)
def test_patterns_leave_out_what_buildkit_leaves_out(
    patterns: str, folder: Path, engine: ContainerEngine
) -> None:
    (folder / ".dockerignore").write_text(patterns, encoding="utf-8")

    assert seen_here(folder) == seen_by_buildkit(folder, engine)


@pytest.mark.parametrize("patterns", _PATTERNS[3::8])
def test_patterns_leave_out_what_the_engine_itself_leaves_out(
    patterns: str, folder: Path, engine: ContainerEngine
) -> None:
    (folder / ".dockerignore").write_text(patterns, encoding="utf-8")

    done = built_by_the_engine(folder, engine)

    assert done.returncode == 0, done.stdout + done.stderr
    assert seen_here(folder) == {name for name in _FILES if f"\n/seen/{name}\n" in done.stdout}


@pytest.mark.parametrize("pattern", _REFUSED)
def test_what_is_no_pattern_for_the_engine_is_refused(
    pattern: str, folder: Path, engine: ContainerEngine
) -> None:
    (folder / ".dockerignore").write_text(f"*.md\n{pattern}\n", encoding="utf-8")

    assert built_by_the_engine(folder, engine).returncode != 0
    with pytest.raises(StepFailed) as refused:
        build_context(folder)
    assert f"invalid pattern: `{pattern}`" in refused.value.detail
