#!/bin/sh
# Prefect 3.8.8 and 3.9.1: the labels of a deployment cannot be changed without setting other things back.
#
# Behaviour: `PATCH /deployments/ID` knows no labels, and refuses them (422). The only way to change them is to create
# the deployment again under its name, which changes it in place. What is not given then stays as it is, tags and job
# variables for example, except for labels, schedules and parameters: those are emptied.
# Seen:   PATCH with labels           422
#         POST again, other labels    labels replaced, no schedules, no parameters, tags kept
#         POST again, without labels  none left
# Why it matters: labels are what a tool can mark its deployments with, to find them again. A deploy that sends none
# removes the marks, and a script that adds one takes the schedules away: the deployment stays and no longer runs.
. "$(dirname "$0")/lib.sh"
cat >"$folder/label.py" <<'PYTHON'
import os

import httpx
from prefect import __version__

client = httpx.Client(base_url=os.environ["PREFECT_API_URL"], timeout=60, headers={"Connection": "close"})
flow = client.post("/flows/", json={"name": "flow"}).json()["id"]


def create(**more):
    deployment = {"name": "one", "flow_id": flow, "enforce_parameter_schema": False, **more}
    made = client.post("/deployments/", json=deployment).json()
    made["labels"].pop("prefect.flow.id")  # the server's own
    print(__version__, made["labels"], len(made["schedules"]), "schedules", made["parameters"], made["tags"])
    return made["id"]


id = create(labels={"owner": "a", "team": "b"}, tags=["t"], parameters={"x": 1},
            schedules=[{"schedule": {"cron": "0 3 * * *"}}])
print("PATCH", client.patch(f"/deployments/{id}", json={"labels": {"owner": "c"}}).status_code)
create(labels={"owner": "c"})
create()
PYTHON
see label.py 3.8.8 3.9.1
same <<'TEXT'
3.8.8 {'owner': 'a', 'team': 'b'} 1 schedules {'x': 1} ['t']
PATCH 422
3.8.8 {'owner': 'c'} 0 schedules {} ['t']
3.8.8 {} 0 schedules {} ['t']
3.9.1 {'owner': 'a', 'team': 'b'} 1 schedules {'x': 1} ['t']
PATCH 422
3.9.1 {'owner': 'c'} 0 schedules {} ['t']
3.9.1 {} 0 schedules {} ['t']
TEXT
