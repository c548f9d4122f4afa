"""Forecasts of build and push steps: which images are built and why, and what is put out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("docker", reason="needs the extra [docker]")

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.block import Block
from syntask_yaml.model.secret import Secret
from syntask_yaml.model.value import Unknown
from syntask_yaml.operations.forecasts import forecast_steps
from syntask_yaml.operations.plan import make_plan
from syntask_yaml.operations.planned_images import Forecasts, as_json
from syntask_yaml.plan.changes import Action
from tests.support.desk import Desk
from tests.support.told_engine import ToldEngine, told_engine

NAME = "registry.example/team/app"
BUILD = "prefect_docker.deployments.steps.build_docker_image"
PUSH = "prefect_docker.deployments.steps.push_docker_image"
SHELL = {"prefect.deployments.steps.run_shell_script": {"id": "sha", "script": "echo 1"}}
OWN = {"json.loads": {"id": "own", "s": "{}"}}
SEEN = ("image_name", "tag", "image", "additional_tags", "image_id")


def build(**inputs: Any) -> dict[str, Any]:
    return {BUILD: {"id": "built", "image_name": NAME, **inputs}}


def push(**inputs: Any) -> dict[str, Any]:
    given = {"id": "pushed", "image_name": "{{ built.image_name }}", "tag": "{{ built.tag }}"}
    return {PUSH: {**given, **inputs}}


@pytest.fixture(name="engine")
def _engine() -> Iterator[ToldEngine]:
    with told_engine() as engine:
        yield engine


@pytest.fixture(name="desk")
def _desk(tmp_path: Path, engine: ToldEngine) -> Iterator[Desk]:
    folder = tmp_path / "project"
    folder.mkdir()
    backend = EmbeddedBackend.open(tmp_path / "store.db")
    desk = Desk(folder, backend, environ=engine.environ)
    desk.write("FROM scratch\nCOPY own /\n", "Dockerfile")
    desk.write("1", "own")
    desk.write("syntask.yaml\nflows.py\nDockerfile\n.dockerignore\n", ".dockerignore")
    yield desk
    backend.close()


def forecasts_of(desk: Desk, *entries: Mapping[str, Any]) -> Forecasts:
    """Return the forecasts for deployments with the given sections."""
    desk.declare(*(json.dumps(entry)[1:-1] for entry in entries))
    return forecast_steps(desk.plan().prepared, desk.context)


def told(found: Forecasts) -> list[tuple[str, str]]:
    return [(each.action, each.reason) for each in found.images]


def known(value: Any) -> Any:
    """What is known of the outputs of a step."""
    return {key: item for key, item in value.items() if not isinstance(item, Unknown)}


def test_no_forecasts(desk: Desk) -> None:
    """Steps that nothing can be said of are not looked at."""
    assert forecasts_of(desk, {"build": [SHELL, OWN]}) == Forecasts()


def test_a_push_without_a_build(desk: Desk) -> None:
    """It outputs what it is given, whatever ran before; with a tag that is known later, only that."""
    after_shell = {"build": [SHELL], "push": [push(image_name=NAME, tag="t")]}
    tagged_later = {"build": [SHELL], "push": [push(image_name=NAME, tag="{{ sha.stdout }}")]}
    found = forecasts_of(desk, after_shell, tagged_later)

    assert found.images == ()
    assert found.outputs[0].values["pushed"] == {
        "image_name": NAME, "tag": "t", "image": f"{NAME}:t", "additional_tags": [],
    }  # fmt: skip
    assert known(found.outputs[1].values["pushed"]) == {"image_name": NAME, "additional_tags": []}


def test_a_build_that_is_new(desk: Desk) -> None:
    """It puts out what nobody knows."""
    found = forecasts_of(desk, {"build": [build(tag="t")]})

    assert told(found) == [("build", "no image in the engine or the registry was built from these inputs")]
    assert known(found.outputs[0].values["built"]) == {}


def test_a_build_that_is_known(desk: Desk, engine: ToldEngine) -> None:
    """It puts out the tag of then, or the one that is declared."""
    engine.has_built(desk.folder, image_name=NAME)
    found = forecasts_of(
        desk, {"build": [build()], "push": [push()]}, {"build": [build(tag="t", additional_tags=["u"])]}
    )
    first = {"image_name": NAME, "tag": "first", "image": f"{NAME}:first", "additional_tags": []}
    second = {"image_name": NAME, "tag": "t", "image": f"{NAME}:t", "additional_tags": ["u"]}

    assert told(found) == [("unchanged", "nothing changed")] * 2
    assert found.outputs[0].values["built"] == {**first, "image_id": "sha256:1"}
    assert found.outputs[0].values["pushed"] == first
    assert found.outputs[1].values["built"] == {**second, "image_id": "sha256:1"}
    assert {name: found.outputs[1].values[name] for name in SEEN} == found.outputs[1].values["built"]


def test_a_build_that_the_registry_knows(desk: Desk, engine: ToldEngine) -> None:
    """Its id, and the tag of then, are known once it is pulled."""
    engine.has_built(desk.folder, image_name=NAME)
    engine.forgets()
    found = forecasts_of(desk, {"build": [build()]}, {"build": [build(tag="t")]})

    assert [action for action, _ in told(found)] == ["pull", "pull"]
    assert known(found.outputs[0].values["built"]) == {"image_name": NAME, "additional_tags": []}
    assert known(found.outputs[1].values["built"]) == {
        "image_name": NAME, "tag": "t", "image": f"{NAME}:t", "additional_tags": [],
    }  # fmt: skip


@pytest.mark.parametrize("change", ["files", "Dockerfile", "arguments"])
def test_a_build_that_changed(desk: Desk, engine: ToldEngine, change: str) -> None:
    """Nothing of it is known, and the reason is."""
    engine.has_built(desk.folder, image_name=NAME)
    inputs = {}
    if change == "files":
        desk.write("2", "own")
    elif change == "Dockerfile":
        desk.write("FROM scratch\nCOPY own /other\n", "Dockerfile")
    else:
        inputs = {"buildargs": {"A": "1"}}
    found = forecasts_of(desk, {"build": [build(**inputs)], "push": [push()]})

    is_one = change == "Dockerfile"
    assert told(found) == [("build", f"the {change} {'has' if is_one else 'have'} changed")]
    assert known(found.outputs[0].values["built"]) == {}
    assert known(found.outputs[0].values["pushed"]) == {}


def test_a_forced_build(desk: Desk, engine: ToldEngine) -> None:
    engine.has_built(desk.folder, image_name=NAME)
    found = forecasts_of(desk, {"build": [build(ignore_cache=True)]})

    assert told(found) == [("build", "a rebuild was requested")]
    assert known(found.outputs[0].values["built"]) == {}


@pytest.mark.parametrize("before", [SHELL, OWN])
def test_steps_before_a_build(desk: Desk, engine: ToldEngine, before: Any) -> None:
    """They may change what it sees."""
    engine.has_built(desk.folder, image_name=NAME)
    found = forecasts_of(desk, {"build": [before, build()]})

    assert told(found) == [("unchanged", "nothing changed, before the previous steps have run")]
    assert known(found.outputs[0].values["built"]) == {}


def test_what_earlier_steps_put_out(desk: Desk, engine: ToldEngine) -> None:
    """In the tag it changes nothing of the image; elsewhere nothing can be said."""
    engine.has_built(desk.folder, image_name=NAME)
    tagged = forecasts_of(desk, {"build": [SHELL, build(tag="{{ sha.stdout }}")]})
    made = forecasts_of(desk, {"build": [SHELL, build(buildargs={"SHA": "{{ sha.stdout }}"})]})

    assert [action for action, _ in told(tagged)] == ["unchanged"]
    assert told(made) == [("unknown", "known after the previous steps have run")]
    assert known(tagged.outputs[0].values["built"]) == known(made.outputs[0].values["built"]) == {}


def test_steps_after_a_build(desk: Desk, engine: ToldEngine) -> None:
    """They may put out the same names, but not the same id."""
    engine.has_built(desk.folder, image_name=NAME)
    shell = forecasts_of(desk, {"build": [build(), SHELL]})
    own = forecasts_of(desk, {"build": [build(), OWN]})
    hidden = forecasts_of(desk, {"build": [build(), {**SHELL, "prefect.deployments.steps.run_shell_script": {
        "id": "built", "script": "true"}}]})  # fmt: skip

    assert shell.outputs[0].values["image"] == own.outputs[0].values["built"]["image"] == f"{NAME}:first"
    assert isinstance(own.outputs[0].values["image"], Unknown)
    assert set(hidden.outputs[0].values["built"]) == {"stdout", "stderr"}


def test_two_builds(desk: Desk, engine: ToldEngine) -> None:
    """The second is known only if the first is: it may be built on it."""
    engine.has_built(desk.folder, image_name=NAME)
    second = {BUILD: {"id": "second", "image_name": NAME, "tag": "2"}}
    both = forecasts_of(desk, {"build": [build(), second]})
    one = forecasts_of(desk, {"build": [build(target="other"), second]})

    assert [action for action, _ in told(both)] == ["unchanged", "unchanged"]
    assert both.outputs[0].values["second"]["image"] == f"{NAME}:2"
    assert [action for action, _ in told(one)] == ["build", "unchanged"]
    assert known(one.outputs[0].values["second"]) == {}


def test_equal_builds_are_one_image(desk: Desk) -> None:
    """In the order of the file, with whom each one serves."""
    first, second = {"build": [build()]}, {"build": [build(image_name=f"{NAME}/other")]}
    found = forecasts_of(desk, first, second, {**first, "push": [push()]}, first)

    assert [(each["image"], each["deployments"]) for each in as_json(found.images)] == [
        (NAME, ["etl/d0", "etl/d2", "etl/d3"]),
        (f"{NAME}/other", ["etl/d1"]),
    ]
    assert set(found.outputs) == {0, 1, 2, 3}


def test_no_engine(desk: Desk) -> None:
    """Nothing is known, and that is said; not what the credentials are."""
    desk.environ = {"DOCKER_HOST": "unix:///nowhere/docker.sock"}
    desk.backend.create_block(Block("secret", "token", {"value": "planted-t0ken"}))
    login = {"username": "u", "password": "{{ syntask.blocks.secret.token }}"}
    found = forecasts_of(desk, {"build": [build(tag="t", credentials=login)]})

    assert [action for action, _ in told(found)] == ["unknown"]
    assert "unix:///nowhere/docker.sock" in told(found)[0][1]
    assert "planted" not in str(found)
    assert known(found.outputs[0].values["built"]) == {}


def test_a_secret_in_a_tag(desk: Desk, engine: ToldEngine) -> None:
    """It is one in the outputs, too, as it is when the steps have run."""
    engine.has_built(desk.folder, image_name=NAME)
    desk.backend.create_block(Block("secret", "token", {"value": "planted-t0ken"}))
    found = forecasts_of(desk, {"build": [build(tag="{{ syntask.blocks.secret.token }}")]})

    assert told(found) == [("unchanged", "nothing changed")]
    assert found.outputs[0].values["built"]["image"] == Secret(f"{NAME}:planted-t0ken")
    assert "planted" not in str(found)


def test_what_cannot_be_built(desk: Desk) -> None:
    """A reason, and no exception: it is the build that fails."""
    found = forecasts_of(desk, {"build": [build(image_name="No Name")]}, {"build": [build(path="none")]})

    assert [action for action, _ in told(found)] == ["unknown", "unknown"]
    assert "is not a valid image name" in told(found)[0][1]
    assert "The build directory" in told(found)[1][1]


def test_the_plan_has_it(desk: Desk, engine: ToldEngine) -> None:
    """Once deployed there is nothing to change, until the build sees something else; it changes nothing."""
    engine.has_built(desk.folder, image_name=NAME)
    variables = {"work_pool": {"name": "default", "job_variables": {"image": "{{ built.image }}"}}}
    sections = {"build": [build()], "pull": [], "version": "{{ built.tag }}"}
    desk.declare(json.dumps({**sections, **variables})[1:-1])

    def planned() -> list[Action]:
        found = make_plan(desk.context, desk.request(), with_forecast=True)
        return [change.action for change in found.plan.changes]

    new = make_plan(desk.context, desk.request(), with_forecast=True)
    write = new.plan.changes[0].write
    assert write is not None
    assert write.after is not None
    assert write.after.job_variables == {"image": f"{NAME}:first"}
    assert write.after.version == "first"
    assert not next(iter(desk.backend.write([write], jobs=1))).error
    assert planned() == [Action.UNCHANGED]
    desk.write("2", "own")
    assert planned() == [Action.UPDATE]
    assert engine.changes == []
