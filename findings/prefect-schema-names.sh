#!/bin/sh
# Prefect 3.8.8 and 3.9.1: the parameter schema of the same flow differs with the folder it is loaded from.
#
# Behaviour: where two models of one name appear in a flow's parameters, pydantic puts the module before the names in
# the schema's definitions. Prefect loads a flow's file as a module that is called after the file the first time, and
# after a hash of its absolute path, `__prefect_loader_…__`, when a module of that name is there already.
# Seen:   first load             flows__Config
#         second load            __prefect_loader_<hash of the path>__Config
#         from another folder    the same with another hash
# Why it matters: two deployments of one flow that one process loads have different schemas, and each CI job with a
# checkout of its own path writes others. Whatever compares schemas or makes clients from them sees a change in each
# deploy. Give the models different names, or import both from modules.
. "$(dirname "$0")/lib.sh"
cat >"$folder/look.py" <<'PYTHON'
from prefect import __version__
from prefect.flows import load_flow_from_entrypoint
from prefect.utilities.callables import parameter_schema

schemas = [parameter_schema(load_flow_from_entrypoint("flows.py:etl")) for _ in range(3)]
loads = [[name for name in schema.definitions if "other" not in name] for schema in schemas]
print(__version__, "first", *loads[0])
print("second with a hash", loads[1][0].startswith("__prefect_loader_"), "third the same", loads[1] == loads[2])
with open("../names", "a") as names:
    print(*loads[1], file=names)
PYTHON
for version in 3.8.8 3.9.1; do
    prefect "$version"
    rm -f "$folder/names"
    for place in one two; do
        mkdir -p "$folder/$place"
        cd "$folder/$place"
        echo 'from pydantic import BaseModel
class Config(BaseModel):
    path: str' >other.py
        echo 'from prefect import flow
from pydantic import BaseModel
import other
class Config(BaseModel):
    limit: int
@flow
def etl(mine: Config, theirs: other.Config): ...' >flows.py
        PREFECT_HOME="$folder/home" PYTHONPATH=. "$folder/$version/bin/python" "$folder/look.py" >>"$folder/seen"
    done
    echo "different names in two folders: $(sort -u "$folder/names" | wc -l)" >>"$folder/seen"
done
same <<'TEXT'
3.8.8 first flows__Config
second with a hash True third the same True
3.8.8 first flows__Config
second with a hash True third the same True
different names in two folders: 2
3.9.1 first flows__Config
second with a hash True third the same True
3.9.1 first flows__Config
second with a hash True third the same True
different names in two folders: 2
TEXT
