#!/bin/sh
# Prefect 3.8.8 and 3.9.1: a worker that sends its heartbeat between two pages of a list of workers is on neither.
#
# Behaviour: `/work_pools/NAME/workers/filter` gives at most 200 workers, the one that was heard from last first, and has
# no other order. Between two requests a worker of the second page may move to the first, which was read already; another
# one comes twice in its place. Neither the answer nor the number of workers shows that one is missing.
# Seen with 220 workers, of which the oldest sends a heartbeat between the pages: 220 are read, 219 different ones.
# Why it matters: whoever counts workers, or looks for one that has died, reads a list that moves every 30 seconds for each
# worker in it. A worker that lives, and was just heard from, is the one that is missing. Read all pages again until
# nothing is new.
. "$(dirname "$0")/lib.sh"
cat >"$folder/read.py" <<'PYTHON'
from prefect import __version__

from api import client

POOL = "/work_pools/crowd"


def page(offset):
    body = {"limit": 200, "offset": offset}
    return [each["name"] for each in client.post(f"{POOL}/workers/filter", json=body).raise_for_status().json()]


def beat(name):
    client.post(f"{POOL}/workers/heartbeat", json={"name": name}).raise_for_status()


client.post("/work_pools/", json={"name": "crowd", "type": "process"}).raise_for_status()
for number in range(220):
    beat(f"worker-{number:03}")
first = page(0)
beat("worker-000")
second = page(200)
read = first + second
print(__version__, len(first), "+", len(second), "read,", len(set(read)), "of 220, worker-000:", "worker-000" in read)
PYTHON
see read.py 3.8.8 3.9.1
same <<'TEXT'
3.8.8 200 + 20 read, 219 of 220, worker-000: False
3.9.1 200 + 20 read, 219 of 220, worker-000: False
TEXT
