#!/bin/sh
# databricks-bundles 1.22.1: `from_dict` changes values: a flag into `True`, a list into its repr, 0.9 seconds into none.
#
# Behaviour: a resource in Python is made by its class or by its `from_dict`. The class keeps what it is given. `from_dict`
# turns a value of another type into that of the field by `str` and `int`: the text of a flag is Python's, not JSON's, a
# list or mapping becomes its repr, and a fraction is cut off. None is a ValueError, as is a field that does not exist.
# Seen:   parameter True           class true           from_dict "True"
#         parameter [1, 2]         class [1, 2]         from_dict "[1, 2]"
#         parameter {"a": None}    class {"a": null}    from_dict "{'a': None}"
#         timeout_seconds 0.9      class 0.9            from_dict 0, which is no timeout
# Why it matters: jobs that are generated from YAML or JSON go through `from_dict`. The notebook compares its parameter
# with "true" and takes the other branch, or cannot parse the JSON; a timeout that was computed as a part of an hour is
# none. The bundle is valid. Make texts with `json.dumps`, and numbers with `math.ceil`, before the call.
. "$(dirname "$0")/lib.sh"
install venv databricks-bundles==1.22.1
"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
import json

from databricks.bundles.jobs import Job, JobParameterDefinition



def show(kind, **values):
    *_, field = values
    for made in (kind(**values), kind.from_dict(values)):
        print(kind.__name__, json.dumps(made.as_dict()[field]))


for default in (True, [1, 2], {"a": None}):
    show(JobParameterDefinition, name="dry", default=default)
show(Job, timeout_seconds=0.9)
PYTHON
same <<'TEXT'
JobParameterDefinition true
JobParameterDefinition "True"
JobParameterDefinition [1, 2]
JobParameterDefinition "[1, 2]"
JobParameterDefinition {"a": null}
JobParameterDefinition "{'a': None}"
Job 0.9
Job 0
TEXT
