#!/bin/sh
# Prefect 3.8.8 and 3.9.1: `max_scheduled_runs` of a schedule is checked, and limits nothing.
#
# Behaviour: the field is "the maximum number of scheduled runs for the schedule". A value over 100 is refused, and so
# is 0. With a deployment the server drops the rest, in `POST /deployments/{id}/schedules` it stores it, and the
# scheduler reads it in neither case.
# Seen:   a daily schedule with `max_scheduled_runs: 1` has 3 runs planned, as one without it
# Why it matters: it reads as "at most so many runs", such as a trial that is to run once or a backfill of ten days, and
# whoever sets it gets neither an error nor the limit, but a run every night. End a schedule with a recurrence rule
# that has a start and COUNT.
. "$(dirname "$0")/lib.sh"
export PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED=false
cat >"$folder/limit.py" <<'PYTHON'
from api import client

flow = client.post("/flows/", json={"name": "flow"}).json()["id"]
daily = {"schedule": {"cron": "0 3 * * *", "timezone": "UTC"}}
limited = {**daily, "max_scheduled_runs": 1}
print(client.get("/admin/version").json())
for name, with_it, added in (("without", [daily], []), ("with", [limited], []), ("added", [], [limited])):
    made = client.post("/deployments/", json={"name": name, "flow_id": flow, "schedules": with_it}).json()
    if added:
        client.post(f"/deployments/{made['id']}/schedules", json=added).raise_for_status()
    client.post(f"/deployments/{made['id']}/schedule", json={}).raise_for_status()
    stored = client.get(f"/deployments/{made['id']}").json()["schedules"][0]["max_scheduled_runs"]
    runs = client.post("/flow_runs/count", json={"deployments": {"id": {"any_": [made["id"]]}}}).json()
    print(name, "| stored", stored, "| runs", runs)
over = client.post(f"/deployments/{made['id']}/schedules", json=[{**daily, "max_scheduled_runs": 101}])
print("101:", over.status_code)
PYTHON
see limit.py 3.8.8 3.9.1
same <<'TEXT'
3.8.8
without | stored None | runs 3
with | stored None | runs 3
added | stored 1 | runs 3
101: 422
3.9.1
without | stored None | runs 3
with | stored None | runs 3
added | stored 1 | runs 3
101: 422
TEXT
