#!/bin/sh
# Prefect 3.8.8 and 3.9.1: a cron schedule that comes to an end takes all schedules of its deployment down with it.
#
# Behaviour: cron expressions with a year, the seventh field, are accepted. The scheduler asks croniter for a hundred
# dates; when the last year holds fewer, croniter raises instead of stopping ("failed to find next date"), and the
# scheduler drops everything that it had collected for the deployment, including what its other schedules gave.
# `POST /deployments/ID/schedule` answers 500; from the scheduler's own loop there is only a line in the server's log.
# Seen:   a daily schedule alone: 3 runs; beside one with a single date ten days ahead: no runs of either.
# Why it matters: a one-off added beside the nightly schedule ("also on the 9th of this year") stops the nightly runs
# at once, and a schedule "until the end of 2027" stops running in autumn 2027. The deployment shows as ready, its
# schedules as active. Use a recurrence rule with UNTIL, which ends without an error, or a deployment of its own.
. "$(dirname "$0")/lib.sh"
cat >"$folder/deploy.py" <<'PYTHON'
import os
from datetime import datetime, timedelta, timezone

import httpx

client = httpx.Client(base_url=os.environ["PREFECT_API_URL"], timeout=60, headers={"Connection": "close"})
flow = client.post("/flows/", json={"name": "flow"}).json()["id"]
day = datetime.now(timezone.utc) + timedelta(days=10)
nightly = {"cron": "0 3 * * *", "timezone": "UTC"}
once = {"cron": f"0 9 {day.day} {day.month} * 0 {day.year}", "timezone": "UTC"}
print(client.get("/admin/version").json())
for name, schedules in (("nightly", [nightly]), ("nightly and once", [nightly, once])):
    made = client.post("/deployments/", json={"name": name, "flow_id": flow,
                                              "schedules": [{"schedule": each} for each in schedules]})
    id = made.json()["id"]
    asked = client.post(f"/deployments/{id}/schedule", json={})
    runs = client.post("/flow_runs/count", json={"deployments": {"id": {"any_": [id]}}}).json()
    print(name, "| created", made.status_code, "| schedule", asked.status_code, "| runs", runs)
PYTHON
see deploy.py 3.8.8 3.9.1
same <<'TEXT'
3.8.8
nightly | created 201 | schedule 200 | runs 3
nightly and once | created 201 | schedule 500 | runs 0
3.9.1
nightly | created 201 | schedule 200 | runs 3
nightly and once | created 201 | schedule 500 | runs 0
TEXT
