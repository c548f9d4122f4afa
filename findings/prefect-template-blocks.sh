#!/bin/sh
# Prefect 3.8.8 and 3.9.1: the server refuses the references in a job template that the worker would resolve.
#
# Behaviour: a worker replaces `{{ prefect.blocks… }}`, `{{ prefect.variables… }}`, `{{ $NAME }}` from its environment
# and `{{ settings.team }}`, a part of a variable, in the `job_configuration` of a work pool. A server refuses a pool
# with any of them (422), new or changed: it takes every name in braces for a variable of the template, and none of
# these is declared. In the default of a declared variable, the server takes the first two, and the worker resolves
# them; the others arrive in the job as they stand.
# Seen:   blocks     in the configuration: 422, the job has `secret`     in a default: 201, `secret`
#         variables  in the configuration: 422, the job has `data`       in a default: 201, `data`
#         $NAME      in the configuration: 422, the job has `worker`     in a default: 201, `{{ $NAME }}`
#         parts      in the configuration: 422, the job has `nested`     in a default: 201, `{{ settings.team }}`
# Why it matters: a pool for a cluster needs its registry's password or the name of its team in each job. The same
# text works in the `job_variables` of deployments, as the documentation shows, so it is moved into the template, which
# is tried against the worker's code or was stored by an import, and cannot be saved. Declare a variable with the
# reference as its default.
. "$(dirname "$0")/lib.sh"
cat >"$folder/look.py" <<'PYTHON'
import asyncio
import copy
import os

import prefect
from api import client
from prefect.blocks.system import Secret
from prefect.variables import Variable
from prefect.workers.process import ProcessJobConfiguration

os.environ["NAME"] = "worker"
Secret(value="secret").save("token")
Variable.set("team", "data")
usual = client.get("/collections/views/aggregate-worker-metadata").json()
usual = usual["prefect"]["process"]["default_base_job_configuration"]
usual["variables"]["properties"]["settings"] = {"type": "object", "default": {"team": "nested"}}


def stored(name, template):
    pool = {"name": name, "type": "process", "base_job_template": template}
    return client.post("/work_pools/", json=pool).status_code


async def made(template):
    async with prefect.get_client() as server:
        job = await ProcessJobConfiguration.from_template_and_values(template, {}, client=server)
        return job.env["WHO"]


async def main():
    for name, text in {
        "blocks": "{{ prefect.blocks.secret.token }}",
        "variables": "{{ prefect.variables.team }}",
        "environment": "{{ $NAME }}",
        "parts": "{{ settings.team }}",
    }.items():
        direct = copy.deepcopy(usual)
        direct["job_configuration"]["env"] = {"WHO": text}
        default = copy.deepcopy(usual)
        default["job_configuration"]["env"] = {"WHO": "{{ who }}"}
        default["variables"]["properties"]["who"] = {"type": "string", "default": text}
        for place, template in {"configuration": direct, "default": default}.items():
            print(prefect.__version__, name, place, stored(f"{name}-{place}", template), await made(template))


asyncio.run(main())
PYTHON
see look.py 3.8.8 3.9.1
same <<'TEXT'
3.8.8 blocks configuration 422 secret
3.8.8 blocks default 201 secret
3.8.8 variables configuration 422 data
3.8.8 variables default 201 data
3.8.8 environment configuration 422 worker
3.8.8 environment default 201 {{ $NAME }}
3.8.8 parts configuration 422 nested
3.8.8 parts default 201 {{ settings.team }}
3.9.1 blocks configuration 422 secret
3.9.1 blocks default 201 secret
3.9.1 variables configuration 422 data
3.9.1 variables default 201 data
3.9.1 environment configuration 422 worker
3.9.1 environment default 201 {{ $NAME }}
3.9.1 parts configuration 422 nested
3.9.1 parts default 201 {{ settings.team }}
TEXT
