#!/bin/sh
# Prefect 3.8.8 and 3.9.1: a deployment cannot take a variable of the worker's environment away from its runs.
#
# Behaviour: `env: {NAME: null}` in job variables is what the worker understands as "not this variable". The template of
# a process pool, as it comes, allows texts only, so the server refuses it (422). Where the template is changed to allow
# null, it removes what the pool sets, and a run sees the worker's own variable of that name all the same.
# Seen:   template as it comes    422
#         null allowed            of the pool: gone; of the worker: there; of both: the worker's value
# Why it matters: workers run with proxies, credentials of a cloud, AWS_PROFILE or PYTHONPATH that some flows must not
# see. The deployment looks as if they were removed, and they are there. An empty text is the most that can be had,
# which many programs do not take for unset; or a pool and a worker of their own.
. "$(dirname "$0")/lib.sh"
mkdir "$folder/project"
cat >"$folder/project/flow.py" <<'PYTHON'
import os
from pathlib import Path

from prefect import flow


@flow
def main():
    Path("seen").write_text(str([os.environ.get("OF_POOL"), os.environ.get("OF_WORKER"), os.environ.get("OF_BOTH")]))
PYTHON
cat >"$folder/start.py" <<'PYTHON'
import os
import sys

import httpx
import prefect

client = httpx.Client(base_url=os.environ["PREFECT_API_URL"], timeout=60, headers={"Connection": "close"})
kinds = client.get("/collections/views/aggregate-worker-metadata").json()
template = kinds["prefect"]["process"]["default_base_job_configuration"]
variable = template["variables"]["properties"]["env"]
variable["default"] = {"OF_POOL": "pool", "OF_BOTH": "pool"}
flow = client.post("/flows/", json={"name": "main"}).json()["id"]
for pool in ("as it comes", "with null"):
    if pool == "with null":
        variable["additionalProperties"]["type"] = ["string", "null"]
    made = {"name": pool, "type": "process", "base_job_template": template}
    client.post("/work_pools/", json=made).raise_for_status()
    answer = client.post("/deployments/", json={
        "name": "one", "flow_id": flow, "entrypoint": "flow.py:main", "work_pool_name": pool,
        "pull_steps": [{"prefect.deployments.steps.set_working_directory": {"directory": sys.argv[1]}}],
        "job_variables": {"env": {"OF_POOL": None, "OF_WORKER": None, "OF_BOTH": None}},
    })
    print(prefect.__version__, pool, answer.status_code)
client.post(f"/deployments/{answer.json()['id']}/create_flow_run", json={}).raise_for_status()
PYTHON
for version in 3.8.8 3.9.1; do
    prefect "$version"
    serve "$version"
    "$folder/$version/bin/python" "$folder/start.py" "$folder/project" >>"$folder/seen"
    OF_WORKER=worker OF_BOTH=worker timeout 240 "$folder/$version/bin/prefect" worker start --run-once \
        --pool "with null" --type process >"$folder/worker.log" 2>&1 || cat "$folder/worker.log" >&2
    echo "$version $(cat "$folder/project/seen")" >>"$folder/seen"
    rm -f "$folder/project/seen"
    retire
done
same <<'TEXT'
3.8.8 as it comes 422
3.8.8 with null 201
3.8.8 [None, 'worker', 'worker']
3.9.1 as it comes 422
3.9.1 with null 201
3.9.1 [None, 'worker', 'worker']
TEXT
