"""Eight workers on one store.

SYNTASK_TORTURE_RUNS says how many runs they have; `make torture` gives them four thousand.
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from syntask_yaml.model.run import StateType
from tests.support.processes import peak_memory
from tests.support.site import Site, until

WORKERS, RUNS = 8, int(os.environ.get("SYNTASK_TORTURE_RUNS", "400"))
# A run in a shell rather than in Python: it speaks with its worker, and takes a few milliseconds.
LIGHT = """
read -r job <&"$SYNTASK__CONTROL_FD"
echo '{"kind": "ready"}' >&"$SYNTASK__REPORT_FD"
read -r go <&"$SYNTASK__CONTROL_FD"
echo "$SYNTASK__FLOW_RUN_ID $PPID" >>"$MARKS/runs"
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
        workers = [
            stack.enter_context(site.worker("--name", f"worker-{number}")) for number in range(WORKERS)
        ]
        until(lambda: len(site.runs(StateType.COMPLETED)) == RUNS, seconds=900, every=0.5)
        memory = max(peak_memory(worker.pid) for worker in workers)

    marks = [line.split(" ") for line in site.marked("runs")]
    executed, by = Counter(run for run, _ in marks), Counter(int(worker) for _, worker in marks)
    print(f"\n{RUNS} runs, by worker {sorted(by.values())}; at most {memory / 1e6:.0f} MB each")
    assert set(executed) == set(asked)
    assert max(executed.values()) == 1
    assert set(by) == {worker.pid for worker in workers}
    assert len(site.runs()) == RUNS
