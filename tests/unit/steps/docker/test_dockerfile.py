"""Dockerfiles: the images that they build on, and the one that is written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest.importorskip("docker", reason="needs the extra [docker]")

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.docker.dockerfile import find_dockerfile, images_below, with_secrets, written_for


@pytest.mark.parametrize(
    ("text", "images"),
    [
        ("FROM a", ["a"]),
        ("from a:1 as one\nFROM one\nFROM ONE AS two", ["a:1"]),
        ("FROM --platform=linux/amd64 a:1 AS x\nFROM b", ["a:1", "b"]),
        ("FROM scratch", []),
        ("# syntax=x\n\n# c\nFROM \\\n  # between\n  a \\\n  AS b\nCOPY --from=b x y", ["a"]),
        ("FROM a\nCOPY --from=other:2 /x /y\nCOPY --chown=1 --from=third /x /y", ["a", "other:2", "third"]),
        ("FROM a\nFROM b\nCOPY --from=0 /x /y\nCOPY --from=1 /x /y", ["a", "b"]),
        ("FROM a\nRUN --mount=type=bind,from=tools:3,target=/t true", ["a", "tools:3"]),
        ("ARG V=1\nFROM a:${V}", ["a:1"]),
        ("ARG V\nFROM a:$V", ["a:given"]),
        ("ARG V='2'\nARG W=\"x-$V\"\nFROM ${W}:${N:-3}", ["x-given:3"]),
        ("ARG R\nFROM ${R:+my/}a", ["a"]),
        ("FROM a:$UNKNOWN", ["a:$UNKNOWN"]),
        ("# escape=`\nFROM `\n a", ["a"]),
        ("FROM a@sha256:abc", ["a@sha256:abc"]),
        ("FROM a\r\nRUN x\r\n", ["a"]),
        ("\ufeffFROM a", ["a"]),
        ("FROM a\nARG V=later\nRUN echo FROM no", ["a"]),
        ("", []),
    ],
)
def test_the_images_below(text: str, images: list[str]) -> None:
    """Stages are none, arguments are filled in."""
    assert list(images_below(text, {"V": "given"} if "V" in text and "V=1" not in text else {})) == images


def test_the_one_that_is_written(tmp_path: Path) -> None:
    """Requirements come first, so that a change of the code does not install them again."""
    without = written_for(tmp_path)
    (tmp_path / "requirements.txt").touch()
    text = written_for(tmp_path)

    assert [line.split()[0] for line in without.splitlines()] == ["FROM", "COPY", "WORKDIR"]
    assert [line.split()[0] for line in text.splitlines()] == [
        "FROM",
        "COPY",
        "WORKDIR",
        "RUN",
        "COPY",
        "WORKDIR",
    ]
    mounted = with_secrets(text, {"pip.conf": object()}, has_ssh=True)
    assert "RUN --mount=type=secret,id=pip.conf --mount=type=ssh python -m pip install" in mounted


def test_a_pipe_is_no_dockerfile(tmp_path: Path) -> None:
    """Reading it would wait until somebody writes to it."""
    os.mkfifo(tmp_path / "Dockerfile")

    with pytest.raises(StepFailed, match=r"Cannot read the Dockerfile .*: It is a pipe, not a regular file"):
        find_dockerfile("Dockerfile", tmp_path)
