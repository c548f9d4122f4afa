"""The engine is the one that the Docker command line would use."""

from __future__ import annotations

import json
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import pytest

pytest.importorskip("docker", reason="needs the extra [docker]")

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.docker.client import connect
from syntask_yaml.steps.docker.context import context_options
from syntask_yaml.steps.docker.errors import EngineFailed


def make_context(home: Path, name: str, endpoints: object) -> None:
    """Write a context as `docker context create` does. There is no `config.json` then."""
    folder = home / ".docker/contexts/meta" / sha256(name.encode()).hexdigest()
    folder.mkdir(parents=True)
    text = json.dumps({"Name": name, "Metadata": {}, "Endpoints": endpoints})
    (folder / "meta.json").write_text(text, encoding="utf-8")


def choose(home: Path, name: str) -> None:
    """Do what `docker context use` does."""
    (home / ".docker").mkdir(exist_ok=True)
    (home / ".docker/config.json").write_text(json.dumps({"currentContext": name}), encoding="utf-8")


@pytest.fixture(name="home")
def _home(tmp_path: Path) -> Path:
    make_context(tmp_path, "far", {"docker": {"Host": "tcp://127.0.0.1:4398", "SkipTLSVerify": False}})
    make_context(tmp_path, "near", {"docker": {"Host": "unix:///nowhere.sock"}})
    make_context(tmp_path, "cluster", {"kubernetes": {}})
    return tmp_path


def test_context_of_the_environment_needs_no_configuration_file(home: Path) -> None:
    found = context_options({"HOME": str(home), "DOCKER_CONTEXT": "far"})

    assert found == {"base_url": "tcp://127.0.0.1:4398"}


def test_context_of_the_environment_comes_before_the_current_one(home: Path) -> None:
    choose(home, "near")

    assert context_options({"HOME": str(home)}) == {"base_url": "unix:///nowhere.sock"}
    assert context_options({"HOME": str(home), "DOCKER_CONTEXT": "far"}) == {
        "base_url": "tcp://127.0.0.1:4398"
    }


@pytest.mark.parametrize("environ", [{}, {"DOCKER_CONTEXT": ""}, {"DOCKER_CONTEXT": "default"}])
def test_default_context_is_docker_s_own_socket(home: Path, environ: dict[str, str]) -> None:
    assert context_options({"HOME": str(home), **environ}) == {}


def test_context_that_does_not_exist_is_refused_with_those_that_do(home: Path) -> None:
    """Whether the environment names it, or it is the current one and was removed."""
    with pytest.raises(StepFailed) as misspelt:
        context_options({"HOME": str(home), "DOCKER_CONTEXT": "fra"})
    choose(home, "gone")
    with pytest.raises(StepFailed) as removed:
        context_options({"HOME": str(home)})

    assert misspelt.value.detail == "The Docker context `fra` does not exist; it is set by `DOCKER_CONTEXT`."
    assert removed.value.detail.startswith(
        "The Docker context `gone` does not exist; it is set by `currentContext` in "
    )
    assert misspelt.value.hint == "Available contexts: `default`, `cluster`, `far`, `near`."
    assert removed.value.hint == misspelt.value.hint


def test_context_without_an_engine_is_refused(home: Path) -> None:
    with pytest.raises(StepFailed, match="`cluster` has no engine address"):
        context_options({"HOME": str(home), "DOCKER_CONTEXT": "cluster"})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "cannot be read from"),
        ("[]", "cannot be read from"),
        ('{"Name": "far", "Endpoints": [1]}', "no engine"),
    ],
)
def test_a_context_whose_file_is_damaged_is_not_called_missing(home: Path, text: str, problem: str) -> None:
    """As docker, which says that it cannot parse it."""
    [file] = (home / ".docker/contexts/meta" / sha256(b"far").hexdigest()).iterdir()
    file.write_text(text, encoding="utf-8")

    with pytest.raises(EngineFailed, match=f"`far` .*{problem}"):
        context_options({"HOME": str(home), "DOCKER_CONTEXT": "far"})


def test_address_of_the_environment_comes_before_any_context(home: Path) -> None:
    """`DOCKER_HOST` is asked, and its failure reported, though the context does not exist."""
    environ = {"HOME": str(home), "DOCKER_CONTEXT": "fra", "DOCKER_HOST": "unix:///nothing/here.sock"}

    with pytest.raises(StepFailed, match=r"Cannot connect to .* `unix:///nothing/here\.sock`"):
        connect(environ)


def test_engine_over_ssh_says_which_package_is_missing(home: Path) -> None:
    """The reason is named before any engine is asked."""
    with pytest.raises(StepFailed) as failed:
        connect({"HOME": str(home), "DOCKER_HOST": "ssh://nobody@127.0.0.1:1"})

    if find_spec("paramiko") is None:
        assert "requires the Python package `paramiko`" in failed.value.detail
        assert "pip install paramiko" in failed.value.hint
    else:
        assert "no answer" in failed.value.detail
