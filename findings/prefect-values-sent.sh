#!/bin/sh
# Prefect 3.8.8 and 3.9.1: `run_deployment` sends an infinite number as None, and a `timedelta` as a number.
#
# Behaviour: the client writes parameters as JSON in pydantic's way. `math.inf` and `math.nan`, also inside of lists and
# mappings, become null without a warning; the flow's schema allows null for `float | None`, so the run starts with None.
# A `timedelta` becomes a number of seconds, and the schema of a flow with a parameter `timedelta` asks for a text, so the
# server refuses what the flow takes in a direct call. Defaults of a deployment are sent alike.
# Seen:   limit: float | None = 100      inf                             the run has None
#         bounds: dict                   {"low": nan}                    the run has {"low": None}
#         span: timedelta                timedelta(hours=2)              409, 7200.0 is not of type 'string'
#         limit of a deployment          inf                             the deployment has None
# Why it matters: "no limit" is written as `math.inf`, and None often means something else, such as the usual limit. A flow
# that is tested by calling it gets other values once it is started by `run_deployment`. Pass `"PT2H"` for a span, and a
# text or a large number instead of infinity.
. "$(dirname "$0")/lib.sh"
cat >"$folder/send.py" <<'PYTHON'
import math
from datetime import timedelta

from prefect import __version__, flow, get_client
from prefect.deployments import run_deployment
from prefect.exceptions import PrefectHTTPStatusError
from prefect.utilities.callables import parameter_schema


@flow
def load(limit: float | None = 100, bounds: dict = {}, span: timedelta = timedelta(hours=1)): ...


with get_client(sync_client=True) as client:
    deployment = client.create_deployment(
        client.create_flow(load),
        "nightly",
        entrypoint="flows.py:load",
        parameters={"limit": math.inf},
        parameter_openapi_schema=parameter_schema(load).model_dump_for_openapi(),
    )
    print(__version__, "| deployment |", client.read_deployment(deployment).parameters)
for parameters in ({"limit": math.inf}, {"bounds": {"low": math.nan}}, {"span": "PT2H"}, {"span": timedelta(hours=2)}):
    try:
        run = run_deployment("load/nightly", parameters={"limit": 1, **parameters}, timeout=0)
        outcome = run.parameters
    except PrefectHTTPStatusError as error:
        outcome = f"{error.response.status_code}, {error.response.json()['detail'].rpartition(': ')[2]}"
    print(__version__, "|", parameters, "|", outcome)
PYTHON
see send.py 3.8.8 3.9.1
same <<'TEXT'
3.8.8 | deployment | {'limit': None}
3.8.8 | {'limit': inf} | {'limit': None}
3.8.8 | {'bounds': {'low': nan}} | {'limit': 1, 'bounds': {'low': None}}
3.8.8 | {'span': 'PT2H'} | {'limit': 1, 'span': 'PT2H'}
3.8.8 | {'span': datetime.timedelta(seconds=7200)} | 409, 7200.0 is not of type 'string'
3.9.1 | deployment | {'limit': None}
3.9.1 | {'limit': inf} | {'limit': None}
3.9.1 | {'bounds': {'low': nan}} | {'limit': 1, 'bounds': {'low': None}}
3.9.1 | {'span': 'PT2H'} | {'limit': 1, 'span': 'PT2H'}
3.9.1 | {'span': datetime.timedelta(seconds=7200)} | 409, 7200.0 is not of type 'string'
TEXT
