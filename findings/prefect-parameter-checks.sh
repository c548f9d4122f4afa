#!/bin/sh
# Prefect 3.8.8 and 3.9.1: the server refuses parameters that the flow takes, and takes some that the flow refuses.
#
# Behaviour: with `enforce_parameter_schema`, the default, the server checks the parameters of a run by the JSON schema
# of the flow's signature, the flow by pydantic. They are not the same check: formats are not looked at, multiples are
# computed in binary fractions, values are not converted, and patterns are Python's in one and Rust's in the other.
# Seen:   multiple_of=0.01, 1.15                  flow takes it, server 409
#         float, "1.5"                            flow takes it, server 409
#         timedelta, 3600                         flow takes it, server 409
#         set[int], [1, 1]                        flow takes it, server 409
#         datetime, "soon"                        flow refuses it, server 201
#         dict[int, str], {"x": "a"}              flow refuses it, server 201
#         pattern=\p{Lu}                          a valid flow that cannot be deployed: 422
# Why it matters: a schedule whose parameters the server took fails at three in the morning, not at deploy; and a price
# that every test of the flow takes cannot be sent. Use integers of cents, `Literal` and bounds, which both know.
. "$(dirname "$0")/lib.sh"
cat >"$folder/check.py" <<'PYTHON'
import os
from datetime import datetime, timedelta
from typing import Annotated

import httpx
from prefect import __version__
from prefect.utilities.callables import parameter_schema
from pydantic import Field, TypeAdapter, ValidationError

client = httpx.Client(base_url=os.environ["PREFECT_API_URL"], timeout=60, headers={"Connection": "close"})
flow = client.post("/flows/", json={"name": "flow"}).json()["id"]
VALUES = {
    "multiple_of": (Annotated[float, Field(multiple_of=0.01)], 1.15),
    "float": (float, "1.5"),
    "timedelta": (timedelta, 3600),
    "set": (set[int], [1, 1]),
    "datetime": (datetime, "soon"),
    "dict": (dict[int, str], {"x": "a"}),
    "pattern": (Annotated[str, Field(pattern=r"^\p{Lu}+$")], "A"),
}
for name, (kind, value) in VALUES.items():
    def run(x): ...
    run.__annotations__["x"] = kind
    try:
        TypeAdapter(kind).validate_python(value)
        own = "takes it"
    except ValidationError:
        own = "refuses it"
    made = client.post("/deployments/", json={"name": name, "flow_id": flow, "enforce_parameter_schema": True,
                                              "parameter_openapi_schema": parameter_schema(run).model_dump()})
    answer = made.status_code
    if made.is_success:
        place = f"/deployments/{made.json()['id']}/create_flow_run"
        answer = client.post(place, json={"parameters": {"x": value}}).status_code
    print(__version__, name, repr(value), "| flow", own, "| server", answer)
PYTHON
see check.py 3.8.8 3.9.1
same <<'TEXT'
3.8.8 multiple_of 1.15 | flow takes it | server 409
3.8.8 float '1.5' | flow takes it | server 409
3.8.8 timedelta 3600 | flow takes it | server 409
3.8.8 set [1, 1] | flow takes it | server 409
3.8.8 datetime 'soon' | flow refuses it | server 201
3.8.8 dict {'x': 'a'} | flow refuses it | server 201
3.8.8 pattern 'A' | flow takes it | server 422
3.9.1 multiple_of 1.15 | flow takes it | server 409
3.9.1 float '1.5' | flow takes it | server 409
3.9.1 timedelta 3600 | flow takes it | server 409
3.9.1 set [1, 1] | flow takes it | server 409
3.9.1 datetime 'soon' | flow refuses it | server 201
3.9.1 dict {'x': 'a'} | flow refuses it | server 201
3.9.1 pattern 'A' | flow takes it | server 422
TEXT
