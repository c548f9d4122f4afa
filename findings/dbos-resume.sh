#!/bin/sh
# dbos 3.4.0: a schedule that is resumed runs at once for all times at which it was paused.
#
# Behaviour: the option `automatic_backfill` says that missed executions are made up for "on startup". The scheduler does
# it whenever it begins with a schedule, which is also after `resume_schedule`: the time of the pause counts as missed.
# Without the option, nothing is made up.
# Seen, of a schedule of each second that is paused for ten:
#   automatic_backfill=True     executions with times in the pause   yes
#   automatic_backfill=False                                         none
# Why it matters: the option is for crashes and deploys. A schedule is paused because its runs would do harm: the source
# is broken, or the month is being closed. The resume, days later, starts all of them together. Delete such a schedule and
# create it again.
. "$(dirname "$0")/lib.sh"
install venv dbos==3.4.0
cat >"$folder/pause.py" <<'PYTHON'
import sys
import time
from datetime import datetime, timezone

from dbos import DBOS

times = []
DBOS(
    config={
        "name": "flows",
        "system_database_url": f"sqlite:///{sys.argv[1]}",
        "application_version": "1",
        "run_admin_server": False,
        "log_level": "ERROR",
    }
)


@DBOS.workflow()
def load(at, context):
    times.append(at)


def wait(condition):
    for _ in range(400):
        if condition():
            return
        time.sleep(0.2)
    sys.exit("nothing happens")


def still():
    """Tell whether nothing was executed for three seconds."""
    before = len(times)
    time.sleep(3)
    return len(times) == before


DBOS.launch()
for backfill in (True, False):
    name = f"automatic_backfill={backfill}"
    times.clear()
    DBOS.create_schedule(
        schedule_name=name, workflow_fn=load, schedule="* * * * * *", automatic_backfill=backfill
    )
    wait(lambda: len(times) > 2)
    DBOS.pause_schedule(name)
    wait(still)
    paused = datetime.now(timezone.utc)
    time.sleep(10)
    resumed = datetime.now(timezone.utc)
    DBOS.resume_schedule(name)
    wait(lambda: any(each > resumed for each in times))
    DBOS.delete_schedule(name)
    wait(still)
    within = sum(paused < each < resumed for each in times)
    print(name, "|", "runs for the pause" if within > 5 else "no runs for the pause" if within == 0 else within)
DBOS.destroy()
PYTHON
"$folder/venv/bin/python" "$folder/pause.py" "$folder/dbos.sqlite" >"$folder/seen"
same <<'TEXT'
automatic_backfill=True | runs for the pause
automatic_backfill=False | no runs for the pause
TEXT
