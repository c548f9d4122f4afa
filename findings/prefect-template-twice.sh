#!/bin/sh
# Prefect 3.8.8 and 3.9.1: a value that comes from the environment is expanded again.
#
# Behaviour: in prefect.yaml, `{{ $A }}` stands for the variable A. Where the value of A holds `{{ $B }}` itself,
# that is replaced too.
# Seen:   A='{{ $B }}', B=bee: `{{ $A }}` becomes bee.
# Why it matters: values of the environment are data, such as the message of a commit, the name of a branch or a
# template for another program, and CI systems fill them from outside. Text with braces does not arrive as it is, and
# what a deployment stores depends on variables that its file does not name. There is no way to escape it: build such
# values in the flow.
. "$(dirname "$0")/lib.sh"
mkdir "$folder/project"
cd "$folder/project"
cat >flow.py <<'PYTHON'
from prefect import flow


@flow
def main(text: str): ...
PYTHON
cat >prefect.yaml <<'YAML'
deployments:
- name: one
  entrypoint: flow.py:main
  parameters: {text: "{{ $A }}"}
  work_pool: {name: pool}
YAML
cat >"$folder/look.py" <<'PYTHON'
import os
import sys

import httpx
from prefect import __version__

client = httpx.Client(base_url=os.environ["PREFECT_API_URL"], timeout=60)
if sys.argv[1:]:
    client.post("/work_pools/", json={"name": "pool", "type": "process"}).raise_for_status()
else:
    print(__version__, client.get("/deployments/name/main/one").json()["parameters"])
PYTHON
for version in 3.8.8 3.9.1; do
    prefect "$version"
    serve "$version"
    "$folder/$version/bin/python" "$folder/look.py" pool
    A='{{ $B }}' B=bee "$folder/$version/bin/prefect" --no-prompt deploy --all >"$folder/deploy.log" 2>&1 ||
        cat "$folder/deploy.log" >&2
    "$folder/$version/bin/python" "$folder/look.py" >>"$folder/seen"
    retire
done
same <<'TEXT'
3.8.8 {'text': 'bee'}
3.9.1 {'text': 'bee'}
TEXT
