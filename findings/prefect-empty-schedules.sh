#!/bin/sh
# Prefect 3.8.8 and 3.9.1: `schedules: []` in prefect.yaml leaves a deployment's schedules as they are.
#
# Behaviour: an empty list removes nothing on deploying again. 3.8.8 says nothing about it; 3.9.1 prints a FutureWarning
# and removes them where PREFECT_DEPLOYMENTS_CLEAR_SCHEDULES_ON_EMPTY is true, which 3.8.8 does not know and ignores.
# Seen:   schedules left after a deploy with `schedules: []`
#         3.8.8  1, with the setting 1      3.9.1  1, with the setting 0
# Why it matters: whoever empties the list to stop a job goes on running it. With the setting in a shared profile,
# those with 3.8.8 and those with 3.9.1 get different results from one file. Pause the deployment, or delete its
# schedules with `prefect deployment schedule clear`.
. "$(dirname "$0")/lib.sh"
mkdir "$folder/project"
cd "$folder/project"
cat >flow.py <<'PYTHON'
from prefect import flow


@flow
def main(): ...
PYTHON
cat >"$folder/look.py" <<'PYTHON'
import os
import sys

import httpx
from prefect import __version__

client = httpx.Client(base_url=os.environ["PREFECT_API_URL"], timeout=60)
if sys.argv[1] == "pool":
    client.post("/work_pools/", json={"name": "pool", "type": "process"}).raise_for_status()
else:
    print(__version__, sys.argv[1], len(client.get("/deployments/name/main/one").json()["schedules"]))
PYTHON
deploy() {
    cat >prefect.yaml <<YAML
deployments:
- {name: one, entrypoint: "flow.py:main", work_pool: {name: pool}, schedules: [$1]}
YAML
    "$folder/$version/bin/prefect" --no-prompt deploy --all >"$folder/deploy.log" 2>&1 || cat "$folder/deploy.log" >&2
}
for version in 3.8.8 3.9.1; do
    prefect "$version"
    serve "$version"
    "$folder/$version/bin/python" "$folder/look.py" pool
    deploy '{cron: "0 3 * * *"}'
    deploy ''
    "$folder/$version/bin/python" "$folder/look.py" 'schedules: []' >>"$folder/seen"
    echo "warned: $(grep -c FutureWarning "$folder/deploy.log")" >>"$folder/seen"
    PREFECT_DEPLOYMENTS_CLEAR_SCHEDULES_ON_EMPTY=true deploy ''
    "$folder/$version/bin/python" "$folder/look.py" 'with the setting' >>"$folder/seen"
    retire
done
same <<'TEXT'
3.8.8 schedules: [] 1
warned: 0
3.8.8 with the setting 1
3.9.1 schedules: [] 1
warned: 1
3.9.1 with the setting 0
TEXT
