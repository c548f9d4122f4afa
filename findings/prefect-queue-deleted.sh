#!/bin/sh
# Prefect 3.8.8 and 3.9.1: whoever deletes a work queue takes its deployments out of their work pool.
#
# Behaviour: a deployment belongs to its pool through its queue alone. `DELETE /work_pools/NAME/queues/NAME` answers 204
# whatever uses the queue, and leaves the deployments without a pool, with the name of the queue still on them. Their
# schedules stay active and `create_flow_run` answers 201, but no worker is ever offered these runs, nor those that
# waited in the queue. A queue of the same name, made again, does not bring them back.
# Seen:   work pool `pool`, 1 run offered; after the delete none, 0 offered; after the queue is made again none, 0 offered
# Why it matters: queues look like labels, and an unused-looking one is tidied up. The runs become Late, like behind a
# worker that is down, and workers report nothing. Move the deployments first, or deploy all of them again afterwards.
. "$(dirname "$0")/lib.sh"
cat >"$folder/delete.py" <<'PYTHON'
from api import client

flow = client.post("/flows/", json={"name": "flow"}).json()["id"]
client.post("/work_pools/", json={"name": "pool", "type": "process"})
deployment = {"name": "d", "flow_id": flow, "work_pool_name": "pool", "work_queue_name": "urgent"}
id = client.post("/deployments/", json=deployment).json()["id"]


def look(when):
    made = client.post(f"/deployments/{id}/create_flow_run", json={})
    seen = client.get(f"/deployments/{id}").json()
    offered = len(client.post("/work_pools/pool/get_scheduled_flow_runs", json={}).json())
    print(f"{when}: pool {seen['work_pool_name']}, queue {seen['work_queue_name']}, run {made.status_code}, "
          f"offered {offered}")


print(client.get("/admin/version").json())
look("before")
client.delete("/work_pools/pool/queues/urgent").raise_for_status()
look("the queue is deleted")
client.post("/work_pools/pool/queues", json={"name": "urgent"}).raise_for_status()
look("and made again")
PYTHON
see delete.py 3.8.8 3.9.1
same <<'TEXT'
3.8.8
before: pool pool, queue urgent, run 201, offered 1
the queue is deleted: pool None, queue urgent, run 201, offered 0
and made again: pool None, queue urgent, run 201, offered 0
3.9.1
before: pool pool, queue urgent, run 201, offered 1
the queue is deleted: pool None, queue urgent, run 201, offered 0
and made again: pool None, queue urgent, run 201, offered 0
TEXT
