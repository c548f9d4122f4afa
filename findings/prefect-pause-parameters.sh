#!/bin/sh
# Prefect 3.8.8 and 3.9.1: a pause of a schedule deletes its parameters, and they do not come back when it is resumed.
#
# Behaviour: `PATCH /deployments/ID/schedules/ID` writes every field of its body that has a default, also where the
# request does not name it. The default of `parameters` is `{}`. `prefect deployment schedule pause` and `resume` send
# this request with `active` alone (seen with both versions' command lines and clients).
# Seen:   a schedule with the parameters {"region": "us"}, paused and resumed, has {}; the next runs have the
#         deployment's own {"region": "eu"}.
# Why it matters: one deployment with a schedule for each region, customer or table is what parameters of schedules are
# for. After a pause of a night all of them work on the default, once each, in states that say Completed. Send the
# parameters along with `active`, or deploy again after a resume.
. "$(dirname "$0")/lib.sh"
export PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED=false
cat >"$folder/pause.py" <<'PYTHON'
from api import client
from prefect.client.orchestration import get_client

flow = client.post("/flows/", json={"name": "flow"}).json()["id"]
made = client.post("/deployments/", json={
    "name": "regions", "flow_id": flow, "parameters": {"region": "eu"},
    "schedules": [{"schedule": {"cron": "0 3 * * *", "timezone": "UTC"}, "parameters": {"region": "us"}}],
}).json()
id, schedule = made["id"], made["schedules"][0]["id"]


def look():
    """The parameters of the schedule, and those of the runs that it makes."""
    stored = client.get(f"/deployments/{id}").json()["schedules"][0]["parameters"]
    client.post(f"/deployments/{id}/schedule", json={})
    runs = client.post("/flow_runs/filter", json={"deployments": {"id": {"any_": [id]}}}).json()
    return stored, "runs with", *{each["parameters"]["region"] for each in runs}


print(client.get("/admin/version").json())
print("before", *look())
with get_client(sync_client=True) as prefect:
    prefect.update_deployment_schedule(id, schedule, active=False)
    prefect.update_deployment_schedule(id, schedule, active=True)
print("paused and resumed", *look())
PYTHON
see pause.py 3.8.8 3.9.1
same <<'TEXT'
3.8.8
before {'region': 'us'} runs with us
paused and resumed {} runs with eu
3.9.1
before {'region': 'us'} runs with us
paused and resumed {} runs with eu
TEXT
