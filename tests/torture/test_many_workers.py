"""Eight workers on one store.

SYNTASK_TORTURE_RUNS says how many runs they have; `make torture` gives them four thousand.
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from syntask_yaml.model.run import StateType
from tests.support.site import Site, until

WORKERS, RUNS = 8, int(os.environ.get("SYNTASK_TORTURE_RUNS", "400"))
# A run in a shell rather than in Python: it speaks with its worker, and takes a few milliseconds.
LIGHT = """
read -r job <&"$SYNTASK__CONTROL_FD"
echo '{"kind": "ready"}' >&"$SYNTASK__REPORT_FD"
read -r go <&"$SYNTASK__CONTROL_FD"
echo "$SYNTASK__FLOW_RUN_ID" >>"$MARKS/runs"
echo '{"kind": "completed"}' >&"$SYNTASK__REPORT_FD"
"""


def test_each_run_is_executed_exactly_once(tmp_path: Path) -> None:
    """They are all due at once."""
    site = Site(tmp_path)
    script = site.folder / "light.sh"
    script.write_text(LIGHT, encoding="utf-8")
    (site.code / "flows.py").write_text("def flow(): ...\n", encoding="utf-8")
    pool = {"name": "default", "job_variables": {"command": f"bash {script}"}}
    site.deploy({"light": {"entrypoint": "flows.py:flow", "work_pool": pool}})
    asked = site.ask("light", times=RUNS)

    with ExitStack() as stack:
        for number in range(WORKERS):
            stack.enter_context(site.worker("--name", f"worker-{number}"))
        until(lambda: len(site.runs(StateType.COMPLETED)) == RUNS, seconds=900, every=0.5)

    executed = Counter(site.marked("runs"))
    assert set(executed) == set(asked)
    assert max(executed.values()) == 1
    assert len(site.runs()) == RUNS
