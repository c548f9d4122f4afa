"""Content-addressed builds: what changes a build, what does not, and where a known image is found."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from syntask_yaml.steps.docker.cache_key import LABEL
from tests.real.docker.conftest import Workshop
from tests.support.container_engine import ContainerEngine, container_engine

pytestmark = pytest.mark.real

_INPUTS = {
    "buildargs": {"WHO": "one"},
    "platform": "linux/amd64",
    "labels": {"team": "data"},
    "target": "last",
}
_TWO_STAGES = "FROM base:1 AS first\nFROM base:1 AS last\nARG WHO\nCOPY . /code/\n"


@pytest.fixture(name="built", scope="module")
def _built(engine: ContainerEngine, tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """A project with something of each kind, which was built."""
    shop = Workshop(tmp_path_factory.mktemp("built") / "project", engine, "team/built")
    shop.write("Dockerfile", _TWO_STAGES)
    shop.write(".dockerignore", "*.log\ncache\n!cache/keep.txt\n")
    for name in ("flow.py", "deep/er/data.csv", "cache/drop.txt", "cache/keep.txt", "a.log", "ümlaut $x.txt"):
        shop.write(name, f"content of {name}")
    (shop.directory / "empty").mkdir()
    (shop.directory / "link").symlink_to("flow.py")
    assert shop.is_built(**_INPUTS)
    return shop


@pytest.fixture(name="project")
def _project(built: Workshop, tmp_path: Path) -> Workshop:
    """A copy of that project, somewhere else."""
    directory = tmp_path / "project"
    shutil.copytree(built.directory, directory, symlinks=True)
    return Workshop(directory, built.engine, built.name)


def _swap(directory: Path) -> None:
    one, two = directory / "flow.py", directory / "deep/er/data.csv"
    first, second = one.read_text(), two.read_text()
    one.write_text(second)
    two.write_text(first)


def _relinked(file: Path) -> None:
    file.unlink()
    file.symlink_to("x")


def _unlinked(link: Path) -> None:
    link.unlink()
    link.write_text("flow.py")


def _relink(directory: Path, target: str) -> None:
    (directory / "link").unlink()
    (directory / "link").symlink_to(target)


def _same_size_and_time(path: Path) -> None:
    status = path.stat()
    path.write_bytes(path.read_bytes()[::-1])
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _grow(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


VISIBLE: dict[str, Callable[[Path], object]] = {
    "a file's content": lambda root: _grow(root / "flow.py", "\n"),
    "a file's content, of the same size and time": lambda root: _same_size_and_time(root / "flow.py"),
    "a file deep down": lambda root: (root / "deep/er/data.csv").write_text("other"),
    "an exception to what is left out": lambda root: (root / "cache/keep.txt").write_text("other"),
    "a file more": lambda root: (root / "more.py").touch(),
    "an empty directory more": lambda root: (root / "more").mkdir(),
    "a file less": lambda root: (root / "flow.py").unlink(),
    "an empty directory less": lambda root: (root / "empty").rmdir(),
    "a file's name": lambda root: (root / "flow.py").rename(root / "flows.py"),
    "the case of a file's name": lambda root: (root / "flow.py").rename(root / "Flow.py"),
    "a strange name": lambda root: (root / "ümlaut $x.txt").rename(root / "ümlaut $y.txt"),
    "a directory's name": lambda root: (root / "empty").rename(root / "vacant"),
    "the contents of two files, exchanged": _swap,
    "a file's mode": lambda root: (root / "flow.py").chmod(0o755),
    "a directory's mode": lambda root: (root / "deep").chmod(0o700),
    "where a link leads": lambda root: _relink(root, "a.log"),
    "a link that was a file": lambda root: _relinked(root / "flow.py"),
    "a file that was a link": lambda root: _unlinked(root / "link"),
    "what is left out": lambda root: _grow(root / ".dockerignore", "flow.py\n"),
    "what is no longer left out": lambda root: (root / ".dockerignore").write_text("cache\n"),
    "the Dockerfile": lambda root: _grow(root / "Dockerfile", "USER 1000\n"),
    "a comment in the Dockerfile": lambda root: _grow(root / "Dockerfile", "# why\n"),
}

HIDDEN: dict[str, Callable[[Path], object]] = {
    "nothing": lambda _root: None,
    "a file that is left out": lambda root: _grow(root / "a.log", "more"),
    "a file in a directory that is left out": lambda root: (root / "cache/new.txt").touch(),
    "times": lambda root: os.utime(root / "flow.py", (1, 1)),
    "what a link leads to outside": lambda root: (root.parent / "outside").touch(),
}


@pytest.mark.parametrize("change", VISIBLE)
def test_what_the_build_can_see_builds_it_again(project: Workshop, change: str) -> None:
    """Each thing in turn, where without it nothing would be built."""
    before = project.forecast(**_INPUTS)
    VISIBLE[change](project.directory)
    after = project.forecast(**_INPUTS)

    assert before == ("unchanged", "nothing changed")
    assert after[0] == "build"
    assert "changed" in after[1]


def test_and_then_it_is_built(project: Workshop) -> None:
    """The image has the change; and when it is undone, the image that was made first is there again."""
    first = project.build(**_INPUTS)["image_id"]
    text = (project.directory / "flow.py").read_text()
    project.write("flow.py", "changed")
    second = project.build(**_INPUTS)["image_id"]
    shown = project.show(f"{project.repository}:t", "cat", "/code/flow.py")
    project.write("flow.py", text)

    assert shown == "changed"
    assert [first != second, project.build(**_INPUTS)["image_id"] == first] == [True, True]


@pytest.mark.parametrize("change", HIDDEN)
def test_what_it_cannot_see_does_not(project: Workshop, change: str) -> None:
    """Each thing in turn."""
    HIDDEN[change](project.directory)

    assert project.forecast(**_INPUTS)[0] == "unchanged"
    assert not project.is_built(**_INPUTS)


@pytest.mark.parametrize(
    "inputs",
    [
        {"buildargs": {"WHO": "two"}},
        {"buildargs": {"WHO": "one", "MORE": ""}},
        {"buildargs": None},
        {"labels": {"team": "other"}},
        {"target": "first"},
        {"target": None},
        {"network_mode": "none"},
        {"extra_hosts": {"other": "127.0.0.2"}},
    ],
    ids=str,
)
def test_other_inputs_build_it_again(project: Workshop, inputs: dict[str, object]) -> None:
    """And those that were there before find the image that was made then."""
    other = {**_INPUTS, **inputs}

    assert project.forecast(**other) == ("build", "the arguments have changed")
    assert project.is_built(**other)
    assert not project.is_built(**_INPUTS)


@pytest.mark.parametrize(
    "inputs", [{"tag": "other"}, {"additional_tags": ["more"]}, {"stream_progress": False}], ids=str
)
def test_names_do_not(project: Workshop, inputs: dict[str, object]) -> None:
    """The image is given the other names."""
    assert not project.is_built(**{**_INPUTS, **inputs})


@pytest.mark.parametrize("inputs", [{"ignore_cache": True}, {"nocache": True}], ids=str)
def test_it_can_be_asked_for(project: Workshop, inputs: dict[str, object]) -> None:
    """Though nothing changed; `--rebuild` too."""
    assert project.forecast(**_INPUTS, **inputs)[0] == "build"
    assert project.is_built(**_INPUTS, **inputs)
    project.context = replace(project.context, rebuild=True)
    assert project.is_built(**_INPUTS)


def test_a_new_base_image_builds_it_again(shop: Workshop, engine: ContainerEngine) -> None:
    """The tag is the same, the registry has another image for it; and the new one is what is built on."""
    engine.add("moving:1", {"etc/version": "one"})
    shop.write("Dockerfile", "ARG ON=moving\nFROM ${ON}:1\nCOPY --from=moving:1 /etc/version /copy\n")
    assert shop.is_built()
    engine.add("moving:1", {"etc/version": "two"})

    assert shop.is_built()
    assert shop.show(f"{shop.repository}:t", "cat", "/etc/version", "/copy") == "twotwo"
    assert not shop.is_built()
    assert any("the base image has changed" in line for line in shop.lines)


def test_without_looking_for_newer_ones(shop: Workshop, engine: ContainerEngine) -> None:
    """`pull: false` builds on what is here."""
    engine.add("still:1", {"etc/version": "one"})
    shop.write("Dockerfile", "FROM still:1\n")
    assert shop.is_built(pull=False)
    engine.add("still:1", {"etc/version": "two"})

    assert not shop.is_built(pull=False)
    assert shop.show(f"{shop.repository}:t", "cat", "/etc/version") == "one"


def test_a_base_image_that_only_this_engine_has(shop: Workshop, engine: ContainerEngine) -> None:
    """It is built on, and what it is counts."""
    shop.write("base/Dockerfile", "FROM base:1\nRUN echo one > /version\n")
    shop.run("build", image_name="own-base", tag="1", path="base")
    shop.write("app/Dockerfile", "FROM own-base:1\n")
    assert shop.is_built(path="app")
    assert not shop.is_built(path="app")
    shop.write("base/Dockerfile", "FROM base:1\nRUN echo two > /version\n")
    shop.run("build", image_name="own-base", tag="1", path="base")

    assert shop.is_built(path="app")
    assert shop.show(f"{shop.repository}:t", "cat", "/version") == "two\n"


def test_an_image_built_on_ours_is_not_ours(shop: Workshop, engine: ContainerEngine) -> None:
    """Labels are passed on to images that others build on it; those are never taken for it."""
    shop.write("Dockerfile")
    shop.write("flow.py", "x")
    shop.write("own", shop.name)
    shop.build()
    made = f"FROM {shop.repository}:t\nRUN echo other > /code/flow.py\n"
    foreign = Workshop(shop.directory.parent / "foreign", engine, "foreign")
    foreign.write("Dockerfile", made)
    with foreign.directory.joinpath("Dockerfile").open("rb") as file:
        list(engine.client.build(fileobj=file, tag="foreign:1", rm=True, decode=True))
    assert LABEL in (engine.client.inspect_image("foreign:1")["Config"]["Labels"])
    for name in engine.client.inspect_image(f"{shop.repository}:t")["RepoTags"]:
        engine.client.remove_image(name, noprune=True, force=True)

    assert shop.is_built()
    assert shop.show(f"{shop.repository}:t", "cat", "/code/flow.py") == "x"


def test_the_tag_of_the_first_build_stays(shop: Workshop) -> None:
    """Without `tag` it is the time of the build; an image that is not built keeps it."""
    shop.write("Dockerfile")
    shop.write("flow.py", "x")
    first = shop.build(tag=None)
    time.sleep(1.1)
    second = shop.build(tag=None)
    shop.write("flow.py", "y")

    assert first == second
    assert shop.build(tag=None)["tag"] > first["tag"]


def test_another_machine_takes_it_from_the_registry(shop: Workshop, tmp_path: Path) -> None:
    """An engine that has never seen the image pulls it, and gives it its names."""
    shop.write("Dockerfile")
    shop.write("flow.py", "x")
    shop.write("own", shop.name)
    built = shop.build(tag=None)
    shop.push(tag=built["tag"])
    with container_engine(shop.engine.registry) as other:
        there = Workshop(shop.directory, other, shop.name)
        taken = there.build(tag=None)

        assert taken == built
        assert any("the registry has an image" in line for line in there.lines)
        assert there.show(built["image"], "cat", "/code/flow.py") == "x"
