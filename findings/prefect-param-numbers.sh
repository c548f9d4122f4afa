#!/bin/sh
# Prefect 3.8.8 and 3.9.1: `--param commit=1234e56` sends a number, and `--param commit=12e4567` nothing.
#
# Behaviour: `prefect deployment run --param name=value` reads the value as JSON where it is JSON, whatever the flow's
# parameter is. A text of digits becomes a number, one with an e the number in that notation; a number too large for a
# float becomes null on the way to the server, as do NaN and Infinity. If the parameter is a `str`, the server refuses
# numbers; a null, it takes where the parameter may be None.
# Seen:   commit: str | None    1234abc '1234abc'    1234567 refused    "1234567" '1234567'    12e4567 None
#         anything: object      1234e56 1.234e+59
# Why it matters: CI starts a run for each commit with its short name. Of the names of seven characters, one in thirty has
# digits only, and is refused, and one in a hundred becomes None, which may be a flow's "the newest". Write the quotes
# of JSON around the text: `--param 'commit="1234567"'`.
. "$(dirname "$0")/lib.sh"
mkdir "$folder/project"
cd "$folder/project"
cat >flow.py <<'PYTHON'
from prefect import flow


@flow
def main(commit: str | None = None, anything: object = None): ...
PYTHON
cat >prefect.yaml <<'YAML'
deployments:
- {name: one, entrypoint: "flow.py:main", work_pool: {name: pool}}
YAML
cat >"$folder/look.py" <<'PYTHON'
import subprocess
import sys
from pathlib import Path

from api import client
from prefect import __version__

command = [str(Path(sys.executable).with_name("prefect")), "--no-prompt"]
client.post("/work_pools/", json={"name": "pool", "type": "process"}).raise_for_status()
subprocess.run([*command, "deploy", "--all"], check=True, capture_output=True)
for given in ("commit=1234abc", "commit=1234567", 'commit="1234567"', "commit=12e4567", "anything=1234e56"):
    ran = subprocess.run([*command, "deployment", "run", "main/one", "--param", given], capture_output=True)
    runs = client.post("/flow_runs/filter", json={}).json()
    print(__version__, given, "|", runs[0]["parameters"] if ran.returncode == 0 else "refused")
    for run in runs:
        client.delete(f"/flow_runs/{run['id']}").raise_for_status()
PYTHON
see look.py 3.8.8 3.9.1
same <<'TEXT'
3.8.8 commit=1234abc | {'commit': '1234abc'}
3.8.8 commit=1234567 | refused
3.8.8 commit="1234567" | {'commit': '1234567'}
3.8.8 commit=12e4567 | {'commit': None}
3.8.8 anything=1234e56 | {'anything': 1.234e+59}
3.9.1 commit=1234abc | {'commit': '1234abc'}
3.9.1 commit=1234567 | refused
3.9.1 commit="1234567" | {'commit': '1234567'}
3.9.1 commit=12e4567 | {'commit': None}
3.9.1 anything=1234e56 | {'anything': 1.234e+59}
TEXT
