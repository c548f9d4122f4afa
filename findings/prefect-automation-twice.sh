#!/bin/sh
# Prefect 3.9.1: `automation create --from-file` a second time makes a second one, and each event acts twice.
#
# Behaviour: names of automations are not unique. A second `create` from the same file makes another automation with that
# name. `automation inspect` by name shows both, and `automation delete` by name refuses to choose.
# Seen:   create, create    2 automations of the name, 2 runs for one event
# Why it matters: commands for pools, variables and limits refuse what exists, and scripts of CI rely on that: with this
# one, each push adds another automation. A failed run is then reported, or repaired, as often as there were pushes, and
# pausing one of them changes little. Look for the name first, and use `automation update --id`.
. "$(dirname "$0")/lib.sh"
cat >"$folder/look.py" <<'PYTHON'
import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

from prefect import __version__, get_client
from prefect.events import emit_event

path = Path(__file__).with_name("retry.json")


def prefect(*words):
    command = [Path(sys.executable).with_name("prefect"), "--no-prompt", *words]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


async def deployed():
    async with get_client() as client:
        return str(await client.create_deployment(await client.create_flow_from_name("load"), "repair"))


async def found():
    async with get_client() as client:
        return await client.read_automations_by_name("retry"), await client.read_flow_runs()


deployment = asyncio.run(deployed())
trigger = {"type": "event", "expect": ["team.failed"], "posture": "Reactive", "threshold": 1, "within": 0}
action = {"type": "run-deployment", "source": "selected", "deployment_id": deployment}
path.write_text(json.dumps({"name": "retry", "trigger": trigger, "actions": [action]}))
prefect("automation", "create", "--from-file", str(path))
prefect("automation", "create", "--from-file", str(path))
time.sleep(10)  # the server reads its automations every few seconds
emit_event("team.failed", resource={"prefect.resource.id": "team.job"})
end = time.monotonic() + 60
while len(asyncio.run(found())[1]) < 2 and time.monotonic() < end:
    time.sleep(1)
automations, runs = asyncio.run(found())
print(__version__, len(automations), "automations,", len(runs), "runs")
PYTHON
see look.py 3.9.1
same <<'TEXT'
3.9.1 2 automations, 2 runs
TEXT
