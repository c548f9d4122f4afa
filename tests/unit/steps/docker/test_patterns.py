"""`.dockerignore` as the engine reads it."""

from __future__ import annotations

import pytest

pytest.importorskip("docker", reason="needs the extra [docker]")

from syntask_yaml.steps.docker.patterns import Patterns


def _is_ignored(text: str, path: str) -> bool:
    patterns = Patterns(text)
    matches, walked = patterns.start, ""
    for part in path.split("/"):
        walked = f"{walked}/{part}".lstrip("/")
        matches = patterns.match(walked, matches)
    return patterns.is_ignored(matches)


@pytest.mark.parametrize(
    ("text", "ignored", "kept"),
    [
        ("", [], ["a", "a/b"]),
        ("# a\n\n  \n", [], ["a", "# a"]),
        ("a", ["a", "a/b/c"], ["ab", "b/a"]),
        ("/a/", ["a", "a/b"], ["b/a"]),
        ("*.log", ["x.log", ".log"], ["d/x.log", "x.logs"]),
        ("**/*.log", ["x.log", "d/x.log", "d/e/x.log"], ["x.txt"]),
        ("**/cache", ["cache", "a/cache", "a/b/cache/c/d"], ["caches"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b/z"], ["b"]),
        ("*\n!keep", ["a", "a/b"], ["keep", "keep/a"]),
        ("d\n!d/keep", ["d/a", "d/e/f"], ["d/keep"]),
        ("d\n!d/keep\nd/keep/not", ["d/keep/not"], ["d/keep/yes"]),
        ("!a\na", ["a"], []),
        ("?.py", ["a.py"], ["ab.py"]),
        ("[ab].py", ["a.py"], ["c.py"]),
        ("./a", ["a"], []),
        ("b/../a", ["a"], ["b"]),
        (".", [], ["a"]),
        ("\ufeffa", ["a"], []),
        ("A", ["A"], ["a"]),
        ("a  ", ["a"], []),
    ],
)
def test_patterns(text: str, ignored: list[str], kept: list[str]) -> None:
    """What each leaves out, and what not."""
    assert [path for path in ignored if not _is_ignored(text, path)] == []
    assert [path for path in kept if _is_ignored(text, path)] == []
