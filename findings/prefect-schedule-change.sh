#!/bin/sh
# Prefect 3.8.8 and 3.9.1: a change of one schedule loses the next runs of all other schedules of the deployment.
#
# Behaviour: `PATCH /deployments/ID/schedules/ID` deletes the runs that were planned ahead of every schedule of the
# deployment, not only those of the one that is changed. The scheduler plans them again in its next round, up to a
# minute later, from that moment on: what was due in between is never run, and no state or log says so.
# Seen:   a schedule of every second beside a nightly one; pausing the nightly one leaves no run of the next seconds.
# Why it matters: pausing a nightly schedule, or a deploy that changes it, drops runs of the schedule of every minute
# or quarter of an hour beside it. `POST /deployments/ID/schedule`, sent at once after the change, plans them again.
. "$(dirname "$0")/lib.sh"
cat >"$folder/change.py" <<'PYTHON'
import os
from datetime import datetime, timedelta, timezone

import httpx

client = httpx.Client(base_url=os.environ["PREFECT_API_URL"], timeout=60, headers={"Connection": "close"})
flow = client.post("/flows/", json={"name": "flow"}).json()["id"]
timings = {"often": {"interval": 1, "timezone": "UTC"}, "nightly": {"cron": "0 3 * * *", "timezone": "UTC"}}
made = client.post("/deployments/", json={"name": "two", "flow_id": flow, "schedules": [
    {"schedule": timing, "slug": slug} for slug, timing in timings.items()]}).json()
nightly = next(each["id"] for each in made["schedules"] if each["slug"] == "nightly")


def soon():
    """Whether runs are planned for the seconds from now on: five to ten seconds ahead."""
    now = datetime.now(timezone.utc)
    after, before = now + timedelta(seconds=5), now + timedelta(seconds=10)
    due = {"expected_start_time": {"after_": after.isoformat(), "before_": before.isoformat()}}
    runs = client.post("/flow_runs/count", json={"flow_runs": due}).json()
    return "runs" if runs else "no runs"


client.post(f"/deployments/{made['id']}/schedule", json={})
print(client.get("/admin/version").json())
print("planned:", soon())
client.patch(f"/deployments/{made['id']}/schedules/{nightly}", json={"active": False})
print("the nightly schedule is paused:", soon())
client.post(f"/deployments/{made['id']}/schedule", json={})
print("planned by hand:", soon())
PYTHON
see change.py 3.8.8 3.9.1
same <<'TEXT'
3.8.8
planned: runs
the nightly schedule is paused: no runs
planned by hand: runs
3.9.1
planned: runs
the nightly schedule is paused: no runs
planned by hand: runs
TEXT
