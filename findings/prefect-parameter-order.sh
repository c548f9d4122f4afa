#!/bin/sh
# Prefect 3.8.8 and 3.9.1: a server on PostgreSQL puts the mappings in parameters into another order, one on SQLite not.
#
# Behaviour: parameters, job variables and pull steps are stored as `jsonb`, which sorts the keys of a mapping by their
# length and then by their bytes, and keeps numbers as decimals: 1e22 comes back as an integer, -0.0 as 0.0.
# Seen:   {"steps": {"extract": …, "clean": …, "load": …}} reaches the flow as load, clean, extract
# Why it matters: YAML and JSON files are written in the order in which things are to happen, Python keeps it, and so
# does the server that starts by default on a laptop. The production server with PostgreSQL runs the steps of such a
# parameter backwards, writes the columns of a report in another order, and a float becomes an int. Declare a list where
# the order matters.
. "$(dirname "$0")/lib.sh"
postgres
cat >"$folder/order.py" <<'PYTHON'
import os

from api import client
from prefect import __version__

flow = client.post("/flows/", json={"name": "flow"}).json()["id"]
parameters = {"steps": {"extract": {}, "clean": {}, "load": {}}, "most": 1e22}
id = client.post("/deployments/", json={"name": "d", "flow_id": flow, "parameters": parameters}).json()["id"]
run = client.post(f"/deployments/{id}/create_flow_run", json={}).json()["id"]
seen = client.get(f"/flow_runs/{run}").json()["parameters"]
database = "PostgreSQL" if "PREFECT_SERVER_DATABASE_CONNECTION_URL" in os.environ else "SQLite"
print(__version__, database, *seen["steps"], type(seen["most"]).__name__)
PYTHON
see order.py 3.9.1
see_on_postgres order.py 3.8.8 3.9.1
same <<'TEXT'
3.9.1 SQLite extract clean load float
3.8.8 PostgreSQL load clean extract int
3.9.1 PostgreSQL load clean extract int
TEXT
