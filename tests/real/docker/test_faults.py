"""Engines that are not there, refuse, or go away; builds that are stopped; many files."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread, Timer

import pytest

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.base import StepContext, StepStopped
from syntask_yaml.steps.docker.build import build_docker_image
from tests.real.docker.conftest import Workshop
from tests.support.container_engine import MISSING, container_engine, end_leftovers

pytestmark = pytest.mark.real


def _build(directory: Path, **environ: str) -> StepFailed:
    """The failure of a build in an environment."""
    (directory / "Dockerfile").write_text("FROM base:1\n")
    context = StepContext(directory, {"PATH": os.environ["PATH"], "HOME": str(directory), **environ})
    with pytest.raises(StepFailed) as failed:
        build_docker_image(context, image_name="x")
    return failed.value


def test_no_engine(tmp_path: Path) -> None:
    """No socket, a dead one, a closed port: where it was looked for, and what to do."""
    dead = tmp_path / "dead.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(dead))
    for url in (f"unix://{tmp_path}/none.sock", f"unix://{dead}", "tcp://127.0.0.1:1"):
        failed = _build(tmp_path, DOCKER_HOST=url)
        assert failed.detail == f"Cannot connect to the container engine at `{url}`."
        assert failed.hint == "Start Docker or Podman, or set `DOCKER_HOST` to its address."


@pytest.mark.parametrize("url", ["nonsense://x", "tcp://", "unix://"])
def test_an_address_that_is_none(tmp_path: Path, url: str) -> None:
    """One message."""
    assert _build(tmp_path, DOCKER_HOST=url).detail == f"Cannot connect to the container engine at `{url}`."


def test_an_engine_that_refuses(tmp_path: Path) -> None:
    """A socket that this user may not use."""
    with pytest.MonkeyPatch.context() as patch, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen()
        program = (
            "import os, sys\n"
            "from pathlib import Path\n"
            "from syntask_yaml.errors import StepFailed\n"
            "from syntask_yaml.steps.base import StepContext\n"
            "from syntask_yaml.steps.docker.engine import open_engine\n"
            "os.setuid(65534)\n"
            "try:\n"
            "    open_engine(StepContext(Path('/'), {'DOCKER_HOST': sys.argv[1]})).__enter__()\n"
            "except StepFailed as error:\n"
            "    print(error.detail, error.hint)\n"
        )
        patch.chdir("/")
        if os.geteuid() != 0:
            pytest.skip("only root can become another user")
        (tmp_path / "s").chmod(0o600)
        done = subprocess.run(
            [sys.executable, "-c", program, f"unix://{tmp_path}/s"], capture_output=True, text=True
        )
    assert "cannot access the container engine" in done.stdout, done.stderr
    assert "group `docker`" in done.stdout


def test_the_engine_of_the_current_context(
    shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without `DOCKER_HOST`: what `docker context use` chose."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    environ = {**shop.environ, "DOCKER_CONFIG": str(tmp_path), "HOME": str(tmp_path)}
    del environ["DOCKER_HOST"]
    made = ["docker", "context", "create", "mine", "--docker", f"host={shop.engine.url}"]
    for words in (made, ["docker", "context", "use", "mine"]):
        subprocess.run(words, env=environ, check=True, capture_output=True)
    shop.environ.clear()
    shop.environ.update(environ)
    shop.write("Dockerfile")

    assert shop.build()["image"]


def test_podman_s_socket(shop: Workshop, tmp_path: Path) -> None:
    """Without `DOCKER_HOST` and without Docker: what stands where Podman's is."""
    if Path("/var/run/docker.sock").exists():
        pytest.skip("a Docker of this machine comes first")
    (tmp_path / "podman").mkdir()
    (tmp_path / "podman/podman.sock").symlink_to(shop.engine.root / "docker.sock")
    shop.environ["XDG_RUNTIME_DIR"] = str(tmp_path)
    del shop.environ["DOCKER_HOST"]
    shop.write("Dockerfile")

    assert shop.build()["image"]


def _when(seen: Callable[[], bool], do: Callable[[], object]) -> Thread:
    def wait() -> None:
        deadline = time.monotonic() + 60
        while not seen() and time.monotonic() < deadline:
            time.sleep(0.05)
        do()

    thread = Thread(target=wait)
    thread.start()
    return thread


def _is_sleeping(shop: Workshop) -> bool:
    return any("Running in" in line for line in shop.lines)


def test_an_engine_that_is_killed_and_started_again() -> None:
    """In the middle of a build: one message; afterwards the same build goes well."""
    if MISSING:
        pytest.skip(MISSING)
    with container_engine() as engine:
        directory = engine.root.parent / "project"
        shop = Workshop(directory, engine, "team/killed")
        shop.write("Dockerfile", "FROM base:1\nRUN echo asleep; sleep 60\n")
        killer = _when(lambda: _is_sleeping(shop), engine.kill)
        with pytest.raises(StepFailed, match="the container engine closed the connection") as failed:
            shop.build()
        killer.join()
        assert "try again" in failed.value.hint
        end_leftovers(engine.root)
        engine.start()
        shop.write("Dockerfile", "FROM base:1\nRUN echo awake\n")

        assert shop.build()["image_id"]


@pytest.mark.parametrize("backend", ["docker-py", "buildx"])
def test_a_stop_is_heeded_at_once(shop: Workshop, backend: str) -> None:
    """The engine ends the build too, and nothing runs on."""
    shop.write("Dockerfile", f"FROM base:1\nRUN echo {shop.name}; sleep 97\n")
    stopper = Timer(3, shop.context.stop.set)
    began = time.monotonic()
    stopper.start()
    with pytest.raises(StepStopped):
        shop.build(build_backend=backend, network_mode="host")
    took = time.monotonic() - began
    shop.context.stop.clear()

    assert took < 20
    deadline = time.monotonic() + 20
    while b"sleep\x0097" in b"".join(_command_lines()):
        assert time.monotonic() < deadline, "the build goes on"
        time.sleep(0.1)


def _command_lines() -> list[bytes]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            found.append((process / "cmdline").read_bytes())
        except OSError:
            continue
    return found


@pytest.mark.torture
def test_twenty_thousand_files(shop: Workshop) -> None:
    """They are built, found again, and the one that changes is noticed."""
    shop.write("Dockerfile")
    for number in range(20_000):
        shop.write(f"d{number % 100}/{number}.txt", str(number))
    assert shop.is_built()
    assert not shop.is_built()
    shop.write("d7/19907.txt", "other")

    assert shop.is_built()
    assert shop.show(f"{shop.repository}:t", "cat", "/code/d7/19907.txt") == "other"


def test_a_full_disk(tmp_path: Path) -> None:
    """The engine's own words, and how to make room."""
    if MISSING:
        pytest.skip(MISSING)
    with container_engine() as engine:
        shop = Workshop(engine.root.parent / "project", engine, "team/full")
        engine.stop()
        data = engine.root / "data"
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(data)], capture_output=True
        )
        if mounted.returncode:
            pytest.skip(f"no small disk can be had: {mounted.stderr.decode().strip()}")
        engine.start()
        shop.write("Dockerfile", "FROM base:1\nRUN dd if=/dev/zero of=/big bs=1M count=64\nCOPY . /code/\n")
        shop.write("Copied", "FROM base:1\nCOPY . /code/\n")
        with pytest.raises(StepFailed, match="returned a non-zero code"):
            shop.build()
        assert any("No space left" in line for line in shop.lines)
        shop.write("large", os.urandom(30_000_000))
        with pytest.raises(StepFailed, match="no space left") as failed:
            shop.build(dockerfile="Copied")
        assert "docker system prune" in failed.value.hint
