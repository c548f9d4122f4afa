"""Automations of a project on a real server: kept, found again, and fired as on the embedded backend."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from syntask_yaml.backend.prefect.backend import PrefectBackend
from syntask_yaml.errors import ProjectInvalid
from syntask_yaml.model.automation import Automation, AutomationWrite
from syntask_yaml.model.block import Block
from syntask_yaml.model.run import RunRequest
from syntask_yaml.operations.exporting.export import ExportRequest, export
from tests.support.command import command
from tests.support.desk import Desk
from tests.support.prefect_server import PrefectServer
from tests.support.receiver import Receiver, receiving
from tests.support.site import until

CALL = "{type: call-webhook, block: webhook/ops}"
SAYS = (
    "{type: call-webhook, block: webhook/ops, payload: "
    '{"quo\\"te": "{{ deployment.name }} is \\"{{ flow_run.state.name }}\\" ✓ 😀", n: [1, null, true], '
    'message: "{{ flow_run.state.message }}"}}'
)


@pytest.fixture(name="receiver")
def _receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture(name="desk")
def _desk(empty: PrefectServer, tmp_path: Path, receiver: Receiver) -> Iterator[Desk]:
    with closing(PrefectBackend.open(empty.api, {})) as backend:
        backend.create_block(Block("webhook", "ops", {"url": receiver.url}))
        yield Desk(tmp_path, backend=backend)
        backend.delete_block("webhook", "ops")


def write(desk: Desk, *actions: str, name: str = "shop", more: str = "") -> None:
    """Declare a deployment, and an automation for its failure."""
    trigger = "{expect: [prefect.flow-run.Failed], match_related: {prefect.resource.name: d0}}"
    automation = f"{{name: tell, trigger: {trigger}, actions: [{', '.join(actions)}]{more}}}"
    listed = f"[{automation}]" if actions else "[]"
    desk.declare("work_pool: {name: default}", top=f"name: {name}\nresources: {{automations: {listed}}}")


def actions(desk: Desk, **request: bool) -> list[str]:
    return [each.action.value for each in desk.plan(**request).plan.resources]


def test_an_automation_is_kept_by_its_project(desk: Desk) -> None:
    """Of two projects with the same names, in two folders, each changes and prunes its own."""
    folder = desk.folder / "other"
    folder.mkdir()
    other = Desk(folder, backend=desk.backend)
    write(other, CALL, name="a/b")
    other.deploy(take_over=True)
    write(desk, CALL, SAYS)
    assert actions(desk, take_over=True) == ["create"]
    desk.deploy(take_over=True)
    assert actions(desk) == ["unchanged"]
    (made,) = desk.backend.automations(project="shop")

    write(desk, SAYS, more=", enabled: false")
    assert actions(desk) == ["update"]
    outcome = desk.deploy()
    assert [each.action for each in outcome.resources] == ["updated"]
    assert actions(desk) == ["unchanged"]
    assert [each.id for each in desk.backend.automations(project="shop")] == [made.id]

    write(desk)
    desk.deploy(prune=True)
    assert desk.backend.automations(project="shop") == []
    assert len(desk.backend.automations(project="a/b")) == 1


def test_all_are_listed_and_written_with_whose_they_are(desk: Desk, empty: PrefectServer) -> None:
    """Also what somebody made by hand, which no deploy takes over; and not the triggers of deployments."""
    trigger = "{expect: [prefect.flow-run.Failed]}"
    top = f"resources: {{automations: [{{name: tell, trigger: {trigger}, actions: [{CALL}]}}]}}"
    desk.declare(
        "work_pool: {name: default}, triggers: [{expect: orders.done}, {name: own, expect: a}]",
        top=f"name: shop\n{top}",
    )
    assert desk.deploy().is_good
    (made,) = desk.backend.automations(project="shop")
    fires = {"type": "event", "expect": ["a", "b"], "posture": "Reactive", "threshold": 1, "within": 0}
    (block,) = (each for each in desk.backend.blocks() if each.full_name == "webhook/ops")
    call = {"type": "call-webhook", "block_document_id": block.id}
    for name, action in (("tell", call), ("stop", {"type": "pause-work-pool", "source": "inferred"})):
        empty.request("POST", "/automations/", {"name": name, "actions": [action], "trigger": fires})

    found = [(each.automation.name, each.automation.project) for each in desk.backend.automations()]
    assert sorted(found, key=str) == [("stop", None), ("tell", "shop"), ("tell", None)]
    listed = command(["--backend", empty.api, "automation", "ls"])
    assert listed.text.splitlines()[1].split() == ["stop", "a,", "b", "pause-work-pool"]
    several = command(["--backend", empty.api, "automation", "inspect", "tell"])
    assert (several.code, f"`{made.id}` (shop)" in several.text) == (64, True)
    assert "project: shop" in command(["--backend", empty.api, "automation", "inspect", made.id]).text

    exported = export(desk.backend, ExportRequest(with_resources=True), environ={})
    (written,) = exported.content["resources"]["automations"]
    assert (written["name"], written["trigger"]["expect"]) == ("tell", ["prefect.flow-run.Failed"])
    skipped = {each.detail for each in exported.diagnostics if each.code == "not-exported"}
    assert skipped >= {  # and what other tests have left on the server
        "The automation `stop` was skipped: a project file has no action `pause-work-pool`.",
        "The automation `tell` was skipped: the file has one of that name.",
    }

    empty.request("DELETE", f"/automations/{made.id}")
    exported = export(desk.backend, ExportRequest(with_resources=True), environ={})
    assert [each["name"] for each in exported.content["resources"]["automations"]] == ["tell"]
    (told,) = (each for each in exported.diagnostics if "creates these beside" in each.detail)
    assert (told.code, "`automation tell`" in told.detail) == ("unowned-resource", True)


def test_a_block_that_is_gone_keeps_nothing_else_from_being_written(desk: Desk) -> None:
    """It may go between the plan and the deploy."""
    bad, good = (
        Automation(
            name=name,
            trigger={"type": "event", "expect": ["prefect.flow-run.Failed"]},
            actions=({"type": "call-webhook", "block": f"webhook/{name}", "payload": "x"},),
            project="shop",
        )
        for name in ("gone", "ops")
    )
    written = list(desk.backend.write_automations([AutomationWrite(None, each) for each in (bad, good)]))

    assert "no block `webhook/gone`" in str(written[0].error)
    assert [each.automation for each in desk.backend.automations(project="shop")] == [good]


@pytest.mark.torture
def test_a_server_sends_what_the_embedded_backend_does(
    empty: PrefectServer, desk: Desk, receiver: Receiver
) -> None:
    write(desk, CALL, SAYS)
    desk.deploy()
    run = desk.backend.create_run(RunRequest(deployment_id=desk.stored().id))
    message = 'it "broke"\n<on> line 2 ✓'
    for kind, said in (("RUNNING", None), ("FAILED", message)):
        state = {"state": {"type": kind, "message": said}, "force": True}
        empty.request("POST", f"/flow_runs/{run.id}/set_state", state)
    until(lambda: len(receiver.got) == 2 or None)

    standard, own = sorted(
        (json.loads(body) for _, body in receiver.got), key=lambda body: "event" not in body
    )
    assert standard == {
        "event": "prefect.flow-run.Failed",
        "automation": "tell",
        "flow": "etl",
        "deployment": "d0",
        "flow_run": {"id": run.id, "name": run.name, "state": "Failed", "message": message},
    }
    assert own == {'quo"te': 'd0 is "Failed" ✓ 😀', "n": [1, None, True], "message": message}


def test_what_a_server_does_not_do_is_refused(desk: Desk) -> None:
    """With the way that it has."""
    write(desk, "{type: run-command, command: [page]}")
    with pytest.raises(ProjectInvalid) as refused:
        desk.plan()
    (problem,) = refused.value.diagnostics
    assert (problem.code, problem.span is not None) == ("not-portable", True)
    assert "call-webhook" in problem.hint
