"""`build_docker_image` against a real engine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.docker.dockerfile import base_image
from tests.real.docker.conftest import DOCKERFILE, Workshop
from tests.support.container_engine import ContainerEngine

pytestmark = pytest.mark.real

# What stands for Python in an image: it writes down how it was called.
_PYTHON = '#!/bin/sh\necho "$@" > /installed\ncat requirements.txt\n'


def test_outputs_are_those_of_the_reference(shop: Workshop) -> None:
    """The image has every tag that was asked for, and the outputs say so."""
    shop.write("Dockerfile")
    outputs = shop.build(additional_tags=["latest", "v1"])

    assert outputs == {
        "image_name": shop.repository,
        "tag": "t",
        "image": f"{shop.repository}:t",
        "image_id": shop.inspect(f"{shop.repository}:t")["Id"],
        "additional_tags": ["latest", "v1"],
    }
    assert {shop.inspect(f"{shop.repository}:{tag}")["Id"] for tag in ("t", "latest", "v1")} == {
        outputs["image_id"]
    }


def test_output_comes_as_lines(shop: Workshop) -> None:
    """What the engine says of the build is there, a line each; not if nobody is to see it."""
    shop.write("Dockerfile", "FROM base:1\nRUN echo first; echo second\n")
    shop.build()

    assert [line for line in shop.lines if line in ("first", "second")] == ["first", "second"]
    assert not any(line.endswith("\n") or not line.strip() for line in shop.lines)
    shop.events.clear()
    shop.build(stream_progress=False, ignore_cache=True)
    assert shop.lines == ["Building: a rebuild was requested"]


def test_every_option_reaches_the_engine(shop: Workshop) -> None:
    """Arguments, stage, labels, another directory and Dockerfile, and options that we do not know."""
    shop.write("own/one.txt", "one")
    shop.write(
        "own/files/Build",
        "ARG BASE\nFROM $BASE AS first\nARG WHO\nRUN echo $WHO > /who\nCOPY one.txt /\n"
        "FROM base:1\nRUN false\n",
    )
    shop.build(
        path="own",
        dockerfile="files/Build",
        buildargs={"BASE": "base:1", "WHO": 7},
        target="first",
        labels={"team": "data"},
        platform="linux/amd64",
        network_mode="none",
        extra_hosts={"other": "127.0.0.2"},
    )

    assert shop.show(f"{shop.repository}:t", "cat", "/who", "/one.txt") == "7\none"
    assert shop.inspect(f"{shop.repository}:t")["Config"]["Labels"]["team"] == "data"


def test_an_option_that_there_is_not(shop: Workshop) -> None:
    """One message, and no traceback."""
    shop.write("Dockerfile")

    with pytest.raises(StepFailed, match=r"Unknown build option.*no_cache"):
        shop.build(no_cache=True)
    with pytest.raises(StepFailed, match="`cache_to` requires BuildKit"):
        shop.build(cache_to="here")


def test_auto_writes_a_dockerfile(shop: Workshop, engine: ContainerEngine) -> None:
    """Requirements are installed, the project stands where runs look for it, and no file is left behind."""
    engine.add(base_image(), {"bin/python": _PYTHON})
    shop.write("requirements.txt", "pandas\n")
    shop.write("flows/etl.py", "print()")
    shop.write("Dockerfile", "FROM nowhere\n")
    shop.build(dockerfile="auto")
    image = f"{shop.repository}:t"

    assert f"python{sys.version_info.major}.{sys.version_info.minor}" in base_image()
    assert shop.show(image, "cat", "/installed") == "-m pip install --no-cache-dir -r requirements.txt\n"
    listed = shop.show(image, "find", "/opt/prefect", "-type", "f").split()
    assert sorted(listed) == [
        f"/opt/prefect/project/{name}" for name in ("Dockerfile", "flows/etl.py", "requirements.txt")
    ]
    assert shop.inspect(image)["Config"]["WorkingDir"] == "/opt/prefect/project/"
    assert sorted(path.name for path in shop.directory.iterdir()) == [
        "Dockerfile",
        "flows",
        "requirements.txt",
    ]


def test_auto_keeps_the_dockerfile_where_asked(shop: Workshop, engine: ContainerEngine) -> None:
    """`persist_dockerfile` writes what was built from."""
    engine.add(base_image(), {"bin/python": _PYTHON})
    shop.build(dockerfile="auto", persist_dockerfile=True, dockerfile_output_path="Dockerfile.flows")

    assert (shop.directory / "Dockerfile.flows").read_text().startswith(f"FROM {base_image()}\n")


@pytest.mark.parametrize(
    "name", ["a b", "c$HOME", 'q"uote', "back\\slash", "ümlaut", "[x]", "-dash", "#hash"]
)
def test_names_that_need_escaping(shop: Workshop, engine: ContainerEngine, name: str) -> None:
    """A project directory and a file of any name end up in the image."""
    engine.add(base_image(), {"bin/python": _PYTHON})
    shop.write(f"{name}/requirements.txt", "pandas\n")
    shop.write(f"{name}/{name}.py", "here")
    shop.build(path=f"./{name}", dockerfile="auto")

    assert shop.show(f"{shop.repository}:t", "cat", f"/opt/prefect/{name}/{name}.py") == "here"


def test_links_go_into_the_image_as_links(shop: Workshop, tmp_path: Path) -> None:
    """Also those that leave the directory, or lead nowhere: nothing of this machine is followed."""
    outside = tmp_path / "outside.txt"
    outside.write_text("private")
    shop.write("Dockerfile")
    for name, target in (
        ("out", str(outside)),
        ("up", "../outside.txt"),
        ("gone", "nowhere"),
        ("loop", "loop"),
    ):
        (shop.directory / name).symlink_to(target)
    (shop.directory / "folder").symlink_to(tmp_path)
    os.mkfifo(shop.directory / "pipe")
    shop.build()

    listed = shop.show(f"{shop.repository}:t", "find", "/code", "-type", "l").split()
    assert sorted(listed) == [f"/code/{name}" for name in ("folder", "gone", "loop", "out", "up")]
    assert shop.show(f"{shop.repository}:t", "find", "/", "-name", "outside.txt", "-type", "f") == ""


def test_what_the_ignore_file_leaves_out(shop: Workshop) -> None:
    """Patterns, exceptions, and the files of the build itself."""
    shop.write("Dockerfile")
    shop.write(".dockerignore", "# no\n**/*.log\ndata\n!data/keep.csv\nDockerfile\n.dockerignore\n/A.txt\n")
    for name in ("a.log", "deep/b.log", "data/x.csv", "data/keep.csv", "A.txt", "a.txt", "flow.py"):
        shop.write(name, name)
    shop.build()

    listed = shop.show(f"{shop.repository}:t", "find", "/code", "-type", "f").split()
    assert sorted(listed) == [f"/code/{name}" for name in ("a.txt", "data/keep.csv", "flow.py")]


def test_a_dockerfile_outside_the_directory(shop: Workshop) -> None:
    """It builds, and is in no image."""
    shop.write("Dockerfile.shared", DOCKERFILE)
    shop.write("app/flow.py", "x")
    shop.build(path="app", dockerfile="../Dockerfile.shared")

    assert shop.show(f"{shop.repository}:t", "find", "/code", "-type", "f").split() == ["/code/flow.py"]


@pytest.mark.parametrize(
    ("dockerfile", "said", "hint"),
    [
        ("FROM base:1\nRUN echo told; exit 7\n", "returned a non-zero code: 7", ""),
        ("FROM base:1\nNONSENSE x\n", "unknown instruction: NONSENSE", ""),
        ("FROM base:1\nCOPY nothing /\n", "nothing", ""),
        ("FROM base:1\nRUN --mount=type=cache,target=/x true\n", "mount", "BuildKit"),
        ("FROM 127.0.0.1:1/no:1\n", "127.0.0.1:1", "cannot connect to the registry"),
    ],
)
def test_builds_that_fail(shop: Workshop, dockerfile: str, said: str, hint: str) -> None:
    """The engine's own words, and what to do about it where that is known."""
    shop.write("Dockerfile", dockerfile)

    with pytest.raises(StepFailed) as failed:
        shop.build()
    assert said in failed.value.detail
    assert hint in failed.value.hint
    assert failed.value.detail.count("\n") <= 1


def test_no_dockerfile_and_no_directory(shop: Workshop) -> None:
    """Said before anything is built."""
    with pytest.raises(StepFailed, match=r"The Dockerfile .* does not exist"):
        shop.build()
    with pytest.raises(StepFailed, match=r"The build directory .* does not exist"):
        shop.build(path="nowhere")
