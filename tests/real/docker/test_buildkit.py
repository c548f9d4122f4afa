"""Builds by BuildKit: secrets and ssh agents that no layer, log, history or argument holds."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from syntask_yaml.errors import StepFailed
from syntask_yaml.model.secret import Secret
from tests.real.docker.conftest import Workshop
from tests.support.container_engine import ContainerEngine

pytestmark = pytest.mark.real

PLANTED = "planted-pa55/word $HOME"
_USES = (
    "FROM base:1\n"
    "RUN --mount=type=secret,id=token cat /run/secrets/token; sleep 1; "
    "grep -c pa55 /run/secrets/token > /used\n"
)


@contextmanager
def _arguments_of_all(needle: str) -> Iterator[list[str]]:
    """Meanwhile, look at the arguments and environment of every process; those that hold *needle*."""
    found: list[str] = []
    stop = Event()

    def look() -> None:
        while not stop.is_set():
            for process in Path("/proc").glob("[0-9]*"):
                if process.name != str(os.getpid()):
                    try:
                        words = (process / "cmdline").read_bytes()
                    except OSError:
                        continue
                    if needle.encode() in words:
                        found.append(words.decode(errors="replace"))

    watcher = Thread(target=look)
    watcher.start()
    try:
        yield found
    finally:
        stop.set()
        watcher.join()


def _files_that_hold(needle: str, *roots: Path) -> list[Path]:
    found = []
    for path in (
        path for root in roots for path in root.rglob("*") if path.is_file() and not path.is_symlink()
    ):
        try:
            content = path.read_bytes()
        except OSError:  # what a container has mounted is no file of the engine
            continue
        if needle.encode() in content:
            found.append(path)
    return found


@pytest.mark.parametrize("kind", ["text", "block", "env", "file"])
def test_a_secret_is_seen_by_the_build_alone(shop: Workshop, tmp_path: Path, kind: str) -> None:
    """Its command reads it; no argument, line, output, layer, history or file of the engine holds it."""
    shop.write("Dockerfile", _USES)
    shop.write("own", f"{shop.name}{kind}")
    (tmp_path / "token").write_text(PLANTED)
    shop.environ["TOKEN"] = PLANTED
    value: Any = {
        "text": "{{ $TOKEN }}",
        "block": "{{ prefect.blocks.secret.token.value }}",
        "env": {"env": "TOKEN"},
        "file": {"file": str(tmp_path / "token")},
    }[kind]
    with _arguments_of_all(PLANTED) as seen:
        outputs = shop.build(
            secrets={"token": value},
            network_mode="host",
            ignore_cache=True,
            nocache=True,
            blocks={"secret": {"value": Secret(PLANTED)}},
        )
    client = shop.engine.client

    assert shop.show(outputs["image"], "cat", "/used") == "1\n"
    assert seen == []
    assert any("***" in line for line in shop.lines)  # the build itself printed it
    said = [
        str(shop.events),
        str(outputs),
        str(client.history(outputs["image"])),
        str(shop.inspect(outputs["image"])),
    ]
    assert not any(PLANTED in text or "planted-pa55" in text for text in said)
    saved = tmp_path / "saved.tar"
    saved.write_bytes(b"".join(client.get_image(outputs["image"])))
    assert PLANTED.encode() not in saved.read_bytes()
    held = _files_that_hold(
        "planted-pa55/word $HOME", shop.engine.root, shop.engine.registry.root, shop.directory
    )
    assert held == []


def test_no_file_of_a_secret_is_left(shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the build fails; the message has the program's last lines, without the secret."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    shop.write("Dockerfile", "FROM base:1\nRUN --mount=type=secret,id=token cat /run/secrets/token; exit 3\n")

    with pytest.raises(StepFailed) as failed:
        shop.build(secrets={"token": PLANTED}, network_mode="host")
    assert "exited with code" in failed.value.detail
    assert PLANTED not in f"{failed.value.detail}{failed.value.hint}{shop.events}"
    assert list(temporary.iterdir()) == []


def test_private_requirements_of_a_written_dockerfile(shop: Workshop, engine: ContainerEngine) -> None:
    """`dockerfile: auto` gives the installation every secret as a file."""
    from syntask_yaml.steps.docker.dockerfile import base_image

    engine.add(
        base_image(),
        {"bin/python": '#!/bin/sh\ntest "$(cat /run/secrets/pip.conf)" = planted && echo ok > /seen\n'},
    )
    shop.write("requirements.txt", "private\n")
    shop.build(dockerfile="auto", secrets={"pip.conf": "planted"}, network_mode="host")

    assert shop.show(f"{shop.repository}:t", "cat", "/seen") == "ok\n"


def test_an_ssh_agent(shop: Workshop, tmp_path: Path) -> None:
    """The build reaches the agent; without one, a message says what to do."""
    shop.write(
        "Dockerfile", 'FROM base:1\nRUN --mount=type=ssh test -S "$SSH_AUTH_SOCK" && echo yes > /agent\n'
    )
    shop.environ.pop("SSH_AUTH_SOCK", None)
    with pytest.raises(StepFailed) as failed:
        shop.build(ssh="default", network_mode="host")
    assert "ssh-agent" in failed.value.hint
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    shop.build(ssh=f"default={key}", network_mode="host")

    assert shop.show(f"{shop.repository}:t", "cat", "/agent") == "yes\n"


def test_buildkit_builds_what_the_engine_builds(shop: Workshop) -> None:
    """The same outputs and options; nothing is built again; arguments have no values in the process list."""
    shop.write(
        "files/Build",
        "ARG BASE\nFROM $BASE AS first\nARG WHO\nRUN echo $WHO > /who\nCOPY . /code/\nFROM base:1\n",
    )
    shop.write("files/Build.dockerignore", "*.log\n")
    shop.write("a.log")
    options: dict[str, Any] = {
        "dockerfile": "files/Build",
        "build_backend": "buildx",
        "buildargs": {"BASE": "base:1", "WHO": "one's own"},
        "target": "first",
        "labels": {"team": "data"},
        "platform": "linux/amd64",
        "network_mode": "host",
        "extra_hosts": {"other": "127.0.0.2"},
        "additional_tags": ["latest"],
    }
    with _arguments_of_all("one's own") as seen:
        outputs = shop.build(**options)

    assert seen == []
    assert outputs["image_id"] == shop.inspect(f"{shop.repository}:latest")["Id"]
    assert shop.show(outputs["image"], "cat", "/who") == "one's own\n"
    assert shop.show(outputs["image"], "find", "/code", "-name", "*.log") == ""
    assert not shop.is_built(**options)
    shop.write("a.log", "other")
    assert not shop.is_built(**options)
    shop.write("flow.py", "other")
    assert shop.is_built(**options)


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"secrets": {"a b": "x"}}, "`a b` is not a valid secret id"),
        ({"secrets": {"a": {"env": "NOT_SET"}}}, "no variable `NOT_SET`"),
        ({"secrets": {"a": {"file": "nowhere"}}}, "does not exist"),
        ({"secrets": {"a": 7}}, "is not valid"),
        ({"build_backend": "buildx", "squash": True}, "no option `squash`"),
        ({"build_backend": "buildx", "dockerfile": "Broken"}, "exited with code"),
    ],
)
def test_what_cannot_be_built(shop: Workshop, inputs: dict[str, Any], said: str) -> None:
    """One message each."""
    shop.write("Dockerfile")
    shop.write("Broken", "FROM base:1\nNONSENSE\n")

    with pytest.raises(StepFailed, match=said):
        shop.build(**inputs)


def test_a_program_without_buildkit(shop: Workshop, tmp_path: Path) -> None:
    """Said in one message."""
    shop.write("Dockerfile")
    shop.environ["PATH"] = str(tmp_path)

    with pytest.raises(StepFailed, match="The program `docker` was not found"):
        shop.build(build_backend="buildx", ignore_cache=True)
