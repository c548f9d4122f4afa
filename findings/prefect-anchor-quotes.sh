#!/bin/sh
# Prefect 3.9.1: a schedule whose `anchor_date` has no quotes cannot be paused in the file, and the whole file is refused.
#
# Behaviour: YAML reads `anchor_date: 2026-01-01T06:00:00Z` as a time, and the model of an entry's schedule asks for a text.
# Without other keys, the entry fits a second model, which takes times and has no `active`, `slug` or `parameters`. With
# one of these, it fits none. `prefect deploy --all` then deploys no entry at all, names the field `schedules`, and ends
# with `An entrypoint must be provided`.
# Seen:   anchor_date: 2026-01-01T06:00:00Z                       deployed, active
#         anchor_date: 2026-01-01T06:00:00Z, active: false        exit 1, still active; the other entry is not deployed
#         anchor_date: "2026-01-01T06:00:00Z", active: false      deployed, paused
# Why it matters: a file has been deployed for a year, then somebody has to stop a schedule and adds `active: false`. The
# message points at the entrypoint, which is right, and the schedule goes on. Quote dates in the file.
. "$(dirname "$0")/lib.sh"
prefect 3.9.1
serve 3.9.1
api
cat >"$folder/look.py" <<'PYTHON'
from api import client

for each in sorted(client.post("/deployments/filter", json={}).json(), key=lambda each: each["name"]):
    print(each["name"], each["tags"], "active:", [schedule["active"] for schedule in each["schedules"]])
PYTHON
mkdir "$folder/project"
cd "$folder/project"
cat >flows.py <<'PYTHON'
from prefect import flow


@flow
def load(): ...
PYTHON
"$folder/3.9.1/bin/prefect" --no-prompt work-pool create pool --type process >"$folder/log"
number=0
for anchor in '2026-01-01T06:00:00Z' '2026-01-01T06:00:00Z, active: false' '"2026-01-01T06:00:00Z", active: false'; do
    number=$((number + 1))
    cat >prefect.yaml <<YAML
pull:
  - prefect.deployments.steps.set_working_directory: {directory: .}
definitions: &entry {entrypoint: flows.py:load, work_pool: {name: pool}, tags: ["$number"]}
deployments:
  - {<<: *entry, name: daily, schedules: [{interval: 86400, anchor_date: $anchor}]}
  - {<<: *entry, name: other}
YAML
    code=0
    "$folder/3.9.1/bin/prefect" --no-prompt deploy --all >"$folder/log" 2>&1 || code=$?
    echo "$number: exit $code" $(grep --only-matching 'An entrypoint must be provided' "$folder/log") >>"$folder/seen"
    "$folder/3.9.1/bin/python" "$folder/look.py" >>"$folder/seen"
done
same <<'TEXT'
1: exit 0
daily ['1'] active: [True]
other ['1'] active: []
2: exit 1 An entrypoint must be provided
daily ['1'] active: [True]
other ['1'] active: []
3: exit 0
daily ['3'] active: [False]
other ['3'] active: []
TEXT
