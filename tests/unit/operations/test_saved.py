"""Plans in files: applied while they hold, refused when they do not, and without a secret."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syntask_yaml.errors import FileFailed, PlanStale
from syntask_yaml.model.block import Block, Variable
from syntask_yaml.model.deployment import Write
from syntask_yaml.model.secret import Secret
from syntask_yaml.operations.overrides import Overrides
from syntask_yaml.operations.request import Request
from syntask_yaml.operations.saved import load_plan, save_plan
from syntask_yaml.operations.selection import Selection
from syntask_yaml.plan.codec import encode
from tests.support.desk import Desk

STEP = "syntask.deployments.steps.run_shell_script: {script: 'echo 1'}"


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path, environ={"BRANCH": "main"})
    desk.backend.set_variable(Variable("region", "eu"))
    desk.declare(
        f"tags: ['{{{{ $BRANCH }}}}', '{{{{ syntask.variables.region }}}}'], build: [{{{STEP}}}]", "tags: [b]"
    )
    return desk


def saved(desk: Desk, **more: Any) -> Path:
    file = desk.folder / "plan.json"
    save_plan(desk.plan(**more), desk.context, desk.request(**more), file)
    return file


def test_a_plan_is_applied_as_it_was_saved(desk: Desk) -> None:
    plan, request = load_plan(saved(desk))

    assert request == desk.request()
    assert desk.actions(saved=plan) == ["created", "created"]


def _write_flow(desk: Desk) -> None:
    desk.write(
        "from syntask import flow\n\n\n@flow\ndef etl(other: int = 1) -> None:\n    pass\n", "flows.py"
    )


CHANGES: dict[str, Callable[[Desk], Any]] = {
    "a field of the file": lambda desk: desk.declare("tags: [a]", "tags: [b]"),
    "one deployment less": lambda desk: desk.declare("tags: [b]"),
    "a step that would run": lambda desk: desk.write(
        (desk.folder / "syntask.yaml").read_text("utf-8").replace("echo 1", "echo 2")
    ),
    "a variable of the backend": lambda desk: desk.backend.set_variable(Variable("region", "us")),
    "the signature of the flow": _write_flow,
    "somebody else deploys": lambda desk: desk.deploy("d1"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_plan_that_no_longer_holds_is_refused(desk: Desk, what: str) -> None:
    """And then nothing is written."""
    plan, _ = load_plan(saved(desk))
    CHANGES[what](desk)
    before = desk.backend.deployments()

    with pytest.raises(PlanStale):
        desk.deploy(saved=plan)

    assert desk.backend.deployments() == before


def test_what_has_changed_is_named(desk: Desk) -> None:
    """As far as the two plans show it."""
    plan, _ = load_plan(saved(desk))
    desk.declare(
        f"tags: ['{{{{ $BRANCH }}}}', '{{{{ syntask.variables.region }}}}'], build: [{{{STEP}}}]", "tags: [c]"
    )

    with pytest.raises(PlanStale) as caught:
        desk.deploy(saved=plan)

    assert caught.value.detail.endswith(" The plan is now another one for `etl/d1`.")


def test_another_environment_makes_it_stale(desk: Desk) -> None:
    plan, _ = load_plan(saved(desk))

    with pytest.raises(PlanStale):
        desk.seeing(BRANCH="dev").deploy(saved=plan)


def test_another_state_of_what_is_updated_makes_it_stale(desk: Desk) -> None:
    desk.deploy()
    desk.declare("tags: [c]", "tags: [b]")
    plan, _ = load_plan(saved(desk))
    stored = desk.stored()
    list(desk.backend.write([Write(stored, replace(stored.deployment, description="by hand"))]))

    with pytest.raises(PlanStale):
        desk.deploy(saved=plan)


def test_what_is_in_no_relation_keeps_it_fresh(desk: Desk) -> None:
    """A comment, another order of keys, a variable that nobody names."""
    plan, _ = load_plan(saved(desk))
    file = desk.folder / "syntask.yaml"
    file.write_text("# a comment\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    desk.backend.set_variable(Variable("other", 1))

    assert desk.actions(saved=plan) == ["created", "created"]


def test_no_secret_is_in_a_plan(desk: Desk) -> None:
    """Neither one that is looked up, nor one that stands in the file."""
    desk.backend.create_block(Block("secret", "token", {"value": Secret("hush-block")}))
    clone = "syntask.deployments.steps.git_clone"
    desk.declare(
        f"pull: [{{{clone}: {{repository: r, access_token: hush-file}}}}]",
        "build: [{syntask.deployments.steps.run_shell_script: "
        "{script: 'true', env: {A: '{{ syntask.blocks.secret.token }}'}}}]",
        "work_pool: {job_variables: {env: {API: '{{ syntask.blocks.secret.token }}', password: hush-pool}}}",
    )
    text = saved(desk).read_text(encoding="utf-8")
    planned = desk.plan()

    for shown in (text, json.dumps(encode(planned.plan)), repr(list(planned.plan.changes[0].fields))):
        assert "hush" not in shown
    assert "{{ syntask.blocks.secret.token }}" in text


_texts = st.text(max_size=5)
_values = st.dictionaries(_texts, st.none() | st.booleans() | st.integers() | _texts, max_size=2)
_requests = st.builds(
    Request,
    selection=st.builds(
        Selection,
        names=st.lists(_texts, max_size=2).map(tuple),
        all=st.booleans(),
        entrypoint=st.none() | _texts,
    ),
    overrides=st.builds(
        Overrides,
        name=st.none() | _texts,
        entrypoint=st.none() | _texts,
        description=st.none() | _texts,
        version=st.none() | _texts,
        tags=st.lists(_texts, max_size=2).map(tuple),
        concurrency_limit=st.none() | st.integers(1, 9),
        job_variables=_values,
        parameters=_values,
        schedules=st.lists(_values, max_size=2).map(tuple),
        triggers=st.none() | st.lists(_values, max_size=2).map(tuple),
        sla=st.none() | st.lists(_values, max_size=2).map(tuple),
        enforce_parameter_schema=st.none() | st.booleans(),
    ),
    prune=st.booleans(),
    keep_going=st.booleans(),
)


@given(_requests)
def test_a_request_comes_back_from_json(request: Request) -> None:
    assert Request.from_json(json.loads(json.dumps(request.as_json()))) == request


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "5",
        "{}",
        "[" * 100_000,
        '{"format": "syntask.plan/2"}',
        '{"format": "syntask.plan/1"}',
        '{"format": "syntask.plan/1", "project": "a", "backend": "b", "request": 5, "fingerprint": "x"}',
        '{"format": "syntask.plan/1", "project": "a", "backend": "b", "request": {}, "fingerprint": "x"}',
        '{"format": "syntask.plan/1", "project": "a", "backend": "b", "fingerprint": "x", '
        '"request": {"selection": [], "overrides": 1, "prune": 0, "keep_going": 0}}',
    ],
    ids=lambda text: text[:20],
)
def test_what_is_no_plan_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "plan.json"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(FileFailed, match=r"`plan\.json`"):
        load_plan(file)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("overrides", "parameters"), 5),
        (("overrides", "tags"), "main"),
        (("overrides", "name"), 5),
        (("overrides", "concurrency_limit"), "2"),
        (("overrides", "schedules"), [1]),
        (("selection", "names"), "d0"),
        (("selection", "all"), "yes"),
        (("prune",), 1),
        (("keep_going",), None),
        (("unknown",), True),
    ],
    ids=str,
)
def test_a_request_of_other_types_is_no_plan(desk: Desk, place: tuple[str, ...], value: object) -> None:
    """Nothing is converted: a plan that somebody edited is refused as a whole."""
    file = saved(desk)
    document = json.loads(file.read_text(encoding="utf-8"))
    part = document["request"]
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    file.write_text(json.dumps(document), encoding="utf-8")

    with pytest.raises(FileFailed, match=r"`plan\.json`"):
        load_plan(file)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"\0"])
def test_bytes_are_no_plan(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(content)

    with pytest.raises(FileFailed):
        load_plan(file)


@given(st.integers(0, 10**6), st.sampled_from('\0x{}[]",:0'))
def test_a_damaged_plan_is_no_traceback(at: int, character: str) -> None:
    """It is no plan, or it is one that does not hold, or nothing that counts was hit."""
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        desk = Desk(Path(name))
        desk.declare("tags: [a]")
        file = saved(desk)
        text = file.read_text(encoding="utf-8")
        at %= len(text)
        file.write_text(text[:at] + character + text[at + 1 :], encoding="utf-8")
        try:
            plan, _ = load_plan(file)
            desk.deploy(saved=plan)
        except (FileFailed, PlanStale):
            pass
