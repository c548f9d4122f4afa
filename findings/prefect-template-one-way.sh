#!/bin/sh
# Prefect 3.8.8 and 3.9.1: the template of a work pool is checked in one direction only.
#
# Behaviour: a server refuses a template whose `job_configuration` names a variable that `variables` does not declare
# (422). It takes one that declares a variable which `job_configuration` does not use, one with a key that the worker
# does not know, and deployments that set such variables. The worker makes the job without the values, and says nothing.
# Seen:   placeholder without a variable   422
#         variable without a placeholder   201, deployment 201, the job has no value of it
#         key that is misspelt (`evn`)     201, deployment 201, the job has no value of it
# Why it matters: who customises a template for a cluster renames a key, or forgets one line, and from then on every
# deployment of the pool loses its limits, labels or environment while all commands report success. After a change of a
# template, look at one job. What plans a deployment should compare both directions.
. "$(dirname "$0")/lib.sh"
cat >"$folder/look.py" <<'PYTHON'
import asyncio
import copy
import os

import httpx
import prefect
from prefect.workers.process import ProcessJobConfiguration

client = httpx.Client(base_url=os.environ["PREFECT_API_URL"], timeout=60, headers={"Connection": "close"})
kinds = client.get("/collections/views/aggregate-worker-metadata").json()
usual = kinds["prefect"]["process"]["default_base_job_configuration"]
flow = client.post("/flows/", json={"name": "main"}).json()["id"]


def without_variable(template):
    template["job_configuration"]["working_dir"] = "{{ directory }}"


def without_placeholder(template):
    del template["job_configuration"]["env"]


def misspelt(template):
    template["job_configuration"]["evn"] = template["job_configuration"].pop("env")


for change in (without_variable, without_placeholder, misspelt):
    name, template = change.__name__, copy.deepcopy(usual)
    change(template)
    made = client.post("/work_pools/", json={"name": name, "type": "process", "base_job_template": template})
    seen = [prefect.__version__, name, made.status_code]
    if made.is_success:
        variables = {"env": {"TEAM": "data"}}
        answer = client.post("/deployments/", json={
            "name": name, "flow_id": flow, "work_pool_name": name, "job_variables": variables,
        })
        job = asyncio.run(ProcessJobConfiguration.from_template_and_values(template, variables))
        seen += [answer.status_code, "TEAM" in job.env]
    print(*seen)
PYTHON
see look.py 3.8.8 3.9.1
same <<'TEXT'
3.8.8 without_variable 422
3.8.8 without_placeholder 201 201 False
3.8.8 misspelt 201 201 False
3.9.1 without_variable 422
3.9.1 without_placeholder 201 201 False
3.9.1 misspelt 201 201 False
TEXT
