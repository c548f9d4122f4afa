"""`.dockerignore` as the engine reads it."""

from __future__ import annotations

from itertools import accumulate

import pytest

pytest.importorskip("docker", reason="needs the extra [docker]")

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.docker.patterns import Patterns


def _is_ignored(text: str, path: str) -> bool:
    patterns = Patterns(text)
    *folders, whole = list(accumulate(path.split("/"), "{}/{}".format))
    hidden = [each for each in folders if patterns.is_ignored(each, patterns.inside(_folder_of(each)))]
    if not all(map(patterns.may_show, hidden)):
        return True
    return patterns.is_ignored(whole, patterns.inside(_folder_of(whole)))


def _folder_of(path: str) -> str:
    return path.rpartition("/")[0]


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
        (".env.[^e]*", [".env.prod"], [".env.example"]),
        (r"\#*\#", ["#auto#"], ["#auto"]),
        ("[!a].py", ["!.py", "a.py"], ["b.py"]),
        (" # no comment", ["# no comment"], []),
    ],
)
def test_patterns(text: str, ignored: list[str], kept: list[str]) -> None:
    """What each leaves out, and what not."""
    assert [path for path in ignored if not _is_ignored(text, path)] == []
    assert [path for path in kept if _is_ignored(text, path)] == []


@pytest.mark.parametrize("text", ["c++", "src/notepad++.exe", "*.c++", "*+", "a{2}+"])
def test_what_the_engine_refuses_is_refused(text: str) -> None:
    """Python would read the second sign as a part of the repetition."""
    with pytest.raises(StepFailed, match="invalid pattern"):
        Patterns(text)
    assert _is_ignored(r"c\+\+", "c++")
    assert _is_ignored("*.c[+]+", "x.c++")
