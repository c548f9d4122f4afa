#!/bin/sh
# Prefect 3.9.1: the id of `GET /artifacts/{key}/latest` belongs to no artifact, so that what it names cannot be changed.
#
# Behaviour: the answer has the id of an entry in the collection of keys, not that of the artifact. `PATCH` and `GET` of
# this id answer 404. The artifact's own id is `latest_id` in `POST /artifacts/latest/filter`.
# Seen:   an artifact with a key is made; its id differs from the one of `latest`; a PATCH of the first answers 204, of
#         the second 404.
# Why it matters: artifacts are where deploy pipelines and dashboards keep a state by key. Who reads the last one and
# updates it by its id changes nothing, and a client that takes a 404 for "deleted meanwhile" makes another one each time.
. "$(dirname "$0")/lib.sh"
prefect 3.9.1
serve 3.9.1
cat >"$folder/look.py" <<'PYTHON'
import os

import httpx

with httpx.Client(base_url=os.environ["PREFECT_API_URL"], timeout=60) as client:
    made = client.post("/artifacts/", json={"key": "state", "type": "markdown", "data": "one"}).json()["id"]
    latest = client.get("/artifacts/state/latest").json()["id"]
    (row,) = client.post("/artifacts/latest/filter", json={}).json()
    print("latest is the artifact", latest == made)
    print("latest_id is the artifact", row.get("latest_id") == made)
    for name, found in (("made", made), ("latest", latest)):
        print("PATCH of", name, client.patch(f"/artifacts/{found}", json={"data": "two"}).status_code)
PYTHON
"$folder/3.9.1/bin/python" "$folder/look.py" >"$folder/seen"
retire
same <<'TEXT'
latest is the artifact False
latest_id is the artifact True
PATCH of made 204
PATCH of latest 404
TEXT
