#!/bin/sh
# Prefect 3.8.8 and 3.9.1: the limit of a work pool does not count runs of paused queues, nor runs that are cancelled.
#
# Behaviour: workers are offered as many runs as the pool has free slots. On PostgreSQL, only runs in queues that are
# not paused take a slot; on SQLite, those of paused ones do too. On both, a run takes none from the request to cancel
# it, although its process goes on until it ends.
# Seen, in a pool with a limit of 1, of which a run takes the slot, and another run waits in a second queue:
#         the queue of the first run is paused: PostgreSQL offers the second run, SQLite does not
#         the first run is cancelled and not yet ended: both offer the second run
# Why it matters: a limit of 1 is how migrations, loads into one table and licences are kept apart. Whoever pauses the
# queue of a run away to let it finish in peace, or cancels it, starts the next one beside it. Use the limit of the
# deployment or a global limit: a run keeps its slot there until it has ended.
. "$(dirname "$0")/lib.sh"
postgres
cat >"$folder/limit.py" <<'PYTHON'
import os

from api import client
from prefect import __version__

flow = client.post("/flows/", json={"name": "flow"}).json()["id"]
client.post("/work_pools/", json={"name": "pool", "type": "process", "concurrency_limit": 1})
runs = {}
for queue in ("first", "second"):
    client.post("/work_pools/pool/queues", json={"name": queue})
    deployment = {"name": queue, "flow_id": flow, "work_pool_name": "pool", "work_queue_name": queue}
    id = client.post("/deployments/", json=deployment).json()["id"]
    runs[queue] = client.post(f"/deployments/{id}/create_flow_run", json={}).json()["id"]


def put(state):
    client.post(f"/flow_runs/{runs['first']}/set_state", json={"state": {"type": state}}).raise_for_status()


def pause(is_paused):
    client.patch("/work_pools/pool/queues/first", json={"is_paused": is_paused}).raise_for_status()


def offered():
    return len(client.post("/work_pools/pool/get_scheduled_flow_runs", json={}).json())


database = "PostgreSQL" if "PREFECT_SERVER_DATABASE_CONNECTION_URL" in os.environ else "SQLite"
put("PENDING")
put("RUNNING")
print(__version__, database, "| running:", offered(), end="")
pause(True)
print(" | its queue is paused:", offered(), end="")
pause(False)
put("CANCELLING")
print(" | being cancelled:", offered())
PYTHON
see limit.py 3.9.1
see_on_postgres limit.py 3.8.8 3.9.1
same <<'TEXT'
3.9.1 SQLite | running: 0 | its queue is paused: 0 | being cancelled: 1
3.8.8 PostgreSQL | running: 0 | its queue is paused: 1 | being cancelled: 1
3.9.1 PostgreSQL | running: 0 | its queue is paused: 1 | being cancelled: 1
TEXT
