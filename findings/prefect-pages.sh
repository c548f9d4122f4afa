#!/bin/sh
# Prefect 3.8.8 and 3.9.1 on PostgreSQL: pages of a list lose rows and repeat others.
#
# Behaviour: the endpoints that filter are paged with `limit` and `offset` and ordered by one column only, such as the
# name. Rows with equal names have no order of their own, and PostgreSQL sorts them otherwise for each limit and offset.
# Seen:   300 deployments called `main`, in pages of 50: 300 rows, of which some come twice and others never.
# Why it matters: deployments called `main` or `prod`, one for each flow, are common. A script that backs up, prunes or
# counts them by pages misses some and takes others twice, without an error, and only where there is more than one
# page. With SQLite it does not show. Ask for ids, or compare the count of different ids with `/deployments/count`.
. "$(dirname "$0")/lib.sh"
postgres
cat >"$folder/page.py" <<'PYTHON'
import os

import httpx
from prefect import __version__

client = httpx.Client(base_url=os.environ["PREFECT_API_URL"], timeout=60, headers={"Connection": "close"})
for number in range(300):
    flow = client.post("/flows/", json={"name": f"flow {number}"}).json()["id"]
    client.post("/deployments/", json={"name": "main", "flow_id": flow}).raise_for_status()
ids = []
while page := client.post("/deployments/filter", json={"sort": "NAME_ASC", "limit": 50, "offset": len(ids)}).json():
    ids += [each["id"] for each in page]
count = client.post("/deployments/count", json={}).json()
print(__version__, len(ids), "rows of", count, "with all of them:", len(set(ids)) == count)
PYTHON
see_on_postgres page.py 3.8.8 3.9.1
same <<'TEXT'
3.8.8 300 rows of 300 with all of them: False
3.9.1 300 rows of 300 with all of them: False
TEXT
