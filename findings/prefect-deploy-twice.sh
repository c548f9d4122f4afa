#!/bin/sh
# Prefect 3.8.8 and 3.9.1: a deploy in the ten seconds before a scheduled time runs the flow twice.
#
# Behaviour: a worker takes runs up to ten seconds ahead (`worker.prefetch_seconds`); they are then Pending. A deploy,
# also one that changes nothing, replaces the schedules by equal ones with new ids. The key that keeps the scheduler
# from making a run twice contains the id of the schedule, and only runs that are still Scheduled are deleted: the time
# for which a run is Pending gets a second one. Schedules with a `slug` keep their id when they are changed with PATCH,
# which is what `prefect deploy` sends; those of `POST /deployments/` do not.
# Seen:   runs for the next 03:00: one, taken by a worker; after the deploy two; with slugs one.
# Why it matters: a pipeline that deploys with every merge meets a schedule of every minute in one of six deploys, and
# one of the full hour whenever the build ends then. Both runs load, charge or send the same. Give each schedule a slug,
# or make the flow ask for a run of the same time.
. "$(dirname "$0")/lib.sh"
export PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED=false
cat >"$folder/deploy.py" <<'PYTHON'
from api import client

flow = client.post("/flows/", json={"name": "flow"}).json()["id"]
client.post("/work_pools/", json={"name": "pool", "type": "process"})
nightly = {"schedule": {"cron": "0 3 * * *", "timezone": "UTC"}}
print(client.get("/admin/version").json())
for name, slug in (("without a slug", {}), ("with a slug", {"slug": "nightly"})):
    schedules = [{**nightly, **slug}]
    deployment = {"name": name, "flow_id": flow, "work_pool_name": "pool", "schedules": schedules}
    id = client.post("/deployments/", json=deployment).json()["id"]
    client.post(f"/deployments/{id}/schedule", json={}).raise_for_status()
    ask = {"deployments": {"id": {"any_": [id]}}, "sort": "EXPECTED_START_TIME_ASC"}
    first = client.post("/flow_runs/filter", json=ask).json()[0]
    client.post(f"/flow_runs/{first['id']}/set_state", json={"state": {"type": "PENDING"}}).raise_for_status()
    client.patch(f"/deployments/{id}", json={"schedules": schedules}).raise_for_status()
    # What the scheduler does by itself, within seconds.
    client.post(f"/deployments/{id}/schedule", json={}).raise_for_status()
    runs = client.post("/flow_runs/filter", json=ask).json()
    same = [each["state_name"] for each in runs if each["expected_start_time"] == first["expected_start_time"]]
    print(name, sorted(same))
PYTHON
see deploy.py 3.8.8 3.9.1
same <<'TEXT'
3.8.8
without a slug ['Pending', 'Scheduled']
with a slug ['Pending']
3.9.1
without a slug ['Pending', 'Scheduled']
with a slug ['Pending']
TEXT
