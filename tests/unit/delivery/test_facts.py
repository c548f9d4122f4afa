"""What is told of a run: texts that every receiver takes, whatever the run said."""

from __future__ import annotations

import sys
from pathlib import Path

from syntask_yaml.delivery.context import DeliveryContext
from syntask_yaml.delivery.facts import facts_of
from syntask_yaml.delivery.send import send
from syntask_yaml.model.run import Run, State, StateType
from syntask_yaml.model.run_event import event_of

# Leaves its argument, and what standard input says.
NOTE = "import json, sys; open('note', 'w').write(sys.argv[1] + '|' + json.load(sys.stdin)['flow']['name'])"


def test_no_text_of_a_run_keeps_a_command_from_being_told(tmp_path: Path) -> None:
    """Not a NUL, which no argument can have, and not half a character; a template in it stays text."""
    run = Run(
        id="1",
        name="run",
        flow="etl",
        deployment=None,
        deployment_id=None,
        state=State(StateType.FAILED, message="a\0b {{ 7 * 7 }} $(id)"),
        parameters={"half\ud800": ["\ud800"]},
    )
    facts = facts_of(event_of(run), id="d", automation="a\0", automation_id="2")
    text = "{{ flow_run.state.message }} {{ flow_run.parameters }}"
    action = {"type": "run-command", "command": [sys.executable, "-c", NOTE, text], "timeout": 60}

    context = DeliveryContext(
        id="d", action=action, facts=facts, block=lambda *_: None, environ={}, directory=tmp_path
    )
    send(context)
    told, _, flow = (tmp_path / "note").read_text(encoding="utf-8").rpartition("|")
    assert told == "ab {{ 7 * 7 }} $(id) " + str({"half\\ud800": ["\\ud800"]})
    assert flow == "etl"
