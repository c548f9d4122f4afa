"""Which files of a directory are copied, and what is said of the others."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.transfer.tree import files_in, read_patterns
from tests.unit.steps.transfer.conftest import write


def test_links_are_followed_inside_only(tmp_path: Path) -> None:
    """A link to a file of the project counts as that file; nothing else that a link leads to is copied."""
    root, outside = tmp_path / "project", tmp_path / "outside"
    write(root, "flows/etl.py")
    write(outside, "secret")
    (root / "same.py").symlink_to("flows/etl.py")
    (root / "out").symlink_to(outside / "secret")
    (root / "folder").symlink_to(root / "flows")
    (root / "loop").symlink_to(root)
    (root / "gone").symlink_to("nowhere")
    os.mkfifo(root / "pipe")
    warned: list[str] = []
    found = {file.name for file in files_in(root, lambda _name: False, warned.append)}

    assert found == {"flows/etl.py", "same.py"}
    assert [line.split("`")[1] for line in warned] == ["folder", "gone", "loop", "out"]
    assert "points outside the directory" in warned[-1]


_NAMES = ("a", "b", "a.py", "b.log", ".c", "a b")
_PATHS = st.lists(st.sampled_from(_NAMES), min_size=1, max_size=3).map("/".join)
_PARTS = st.sampled_from((*_NAMES, "*", "**", "?", "*.py", "[ab]", "[!a]*", "[^b]?", "a*b", r"\!a", r"\a"))
_PATTERNS = st.builds(
    lambda negated, rooted, parts, folder: f"{negated}{rooted}{'/'.join(parts)}{folder}",
    st.sampled_from(("", "", "", "!")),
    st.sampled_from(("", "/")),
    st.lists(_PARTS, min_size=1, max_size=3),
    st.sampled_from(("", "", "/")),
) | st.sampled_from(
    ("", "# a", "  ", "a  ", r"a\ b", "/", "!*/", "*", "**", "/**", "!**/*.py", "a/**", "**/a")
)


def copied(root: Path, ignore_file: str = ".prefectignore") -> list[str]:
    """The names of the files that would be copied; nothing may be warned of."""
    is_ignored, _ = read_patterns(root, ignore_file)
    warned: list[str] = []
    found = [file.name for file in files_in(root, is_ignored, warned.append)]
    assert warned == []
    return found


def kept_by_git(root: Path) -> set[str]:
    """What git would add, of the same files and patterns."""
    quiet = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    git = ["git", "-c", "core.excludesFile=.own", "-c", "core.quotePath=false"]
    subprocess.run([*git, "init", "--quiet"], cwd=root, env=quiet, check=True)
    listed = [*git, "ls-files", "--others", "--exclude-from=.own", "-z"]
    found = subprocess.run(listed, cwd=root, env=quiet, check=True, capture_output=True, text=True).stdout
    return set(found.split("\0")) - {""}


@example(paths=["a/a"], patterns=["/**", "!*/"])
@settings(max_examples=60, deadline=None)
@given(paths=st.lists(_PATHS, min_size=1, max_size=8), patterns=st.lists(_PATTERNS, min_size=1, max_size=5))
def test_patterns_mean_what_they_mean_to_git(paths: list[str], patterns: list[str]) -> None:
    """Whatever stands in the ignore file, git and we keep the same files."""
    with TemporaryDirectory() as name:
        root = Path(name)
        write(root, *paths)
        (root / ".own").write_text("\n".join(patterns), encoding="utf-8")
        ours = copied(root, ".own")

        assert set(ours) == kept_by_git(root)
        assert len(ours) == len(set(ours))


_SETS = (
    "*\n!*/\n!*.py",
    "*\n!*.py",
    "/*\n!/a",
    "/*\n!/a\n/a/*\n!/a/b",
    "**\n!**/\n!a/**",
    "*\n!a/\n!a/**",
    "a/\n!a/b",
    "a/*\n!a/b",
    "a/**\n!a/b/**",
    "**/b\n!a/b",
    "a/**/b",
    "b/**/",
    "*.py\n!/a.py",
    "!*.py\n*.py",
    "[!a]*\n!b*",
    "[]a].py",
    "[a",
    "[b-a].py",
    "[[:alpha:]].py",
    "?.py",
    "a\\",
    "a b\\ \n# x\n\\#x",
    "a**b",
    "***/b",
    "\t*.py\n *.log",
)


@pytest.mark.parametrize("patterns", _SETS)
def test_sets_with_exceptions_keep_what_git_keeps(patterns: str, tmp_path: Path) -> None:
    """Folders that an exception opens are looked into; folders that are left out are not."""
    names = "a.py b.py é.py #x x.py [a a]c ].py a/a.py a/b/a.py a/b/c.log a/c/b/d.py b/a b/c/d axb a/xb c/b/e"
    write(tmp_path / "tree", *names.split(), "a b ", "a\\", "\t.py")
    (tmp_path / "tree/.own").write_text(patterns, encoding="utf-8")

    assert set(copied(tmp_path / "tree", ".own")) == kept_by_git(tmp_path / "tree")


def test_a_file_with_line_ends_of_windows(tmp_path: Path) -> None:
    """They are no part of the patterns."""
    write(tmp_path, "a.log", "b.py")
    (tmp_path / ".own").write_bytes(b"\xef\xbb\xbf*.log\r\n.own  \r\n")

    assert copied(tmp_path, ".own") == ["b.py"]


def test_the_own_file_has_the_last_word(tmp_path: Path) -> None:
    """`.syntaskignore` comes after whichever file the step names; either may be missing."""
    write(tmp_path, "a.log", "b.log", "data/x", "flow.py")
    assert copied(tmp_path) == ["a.log", "b.log", "data/x", "flow.py"]
    (tmp_path / ".prefectignore").write_text("*.log\n.*ignore\n", encoding="utf-8")
    assert copied(tmp_path) == ["data/x", "flow.py"]
    (tmp_path / ".syntaskignore").write_text("!b.log\ndata\n", encoding="utf-8")
    assert copied(tmp_path) == ["b.log", "flow.py"]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a\n\x81"])
def test_an_ignore_file_that_is_no_text(tmp_path: Path, content: bytes) -> None:
    """It is said."""
    (tmp_path / ".syntaskignore").write_bytes(content)
    with pytest.raises(StepFailed, match="is not UTF-8 text"):
        read_patterns(tmp_path, ".prefectignore")


def test_a_line_that_is_no_pattern(tmp_path: Path) -> None:
    """git passes over it; here it is said, for something was meant."""
    (tmp_path / ".syntaskignore").write_text("*.log\n!\n", encoding="utf-8")
    with pytest.raises(StepFailed, match=r"`.syntaskignore` contains an invalid pattern"):
        read_patterns(tmp_path, ".prefectignore")
