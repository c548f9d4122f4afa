#!/bin/sh
# Prefect 3.8.8 and 3.9.1: `deploy(…)` of several deployments ends with success when some, or all, of them were refused.
#
# Behaviour: with one deployment, what the server refuses is raised. With several, it is put into the table that is
# printed, and `deploy` returns the ids of the others. The status of the script is 0, also if none was applied; only
# the hint how to start a run is then left out.
# Seen, of deploy(a, b) where the server refuses the job variables of b:   returns 1 id, exit 0
#      of deploy(b, c) where it refuses both:                              returns 0 ids, exit 0
#      of deploy(b):                                                       DeploymentApplyError, exit 1
# Why it matters: a script that deploys all flows of a repository is what CI runs. The job is green, and one deployment
# runs the code and the parameters of last week; who reads the log finds the word `failed` in a table. Compare the
# number of the ids with that of the deployments.
. "$(dirname "$0")/lib.sh"
cat >"$folder/deploy.py" <<'PYTHON'
import sys

from prefect import deploy, flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectAlreadyExists
from prefect_docker.worker import DockerWorker


@flow
def load():
    pass


WRONG = {"privileged": "perhaps"}

if __name__ == "__main__":
    template = DockerWorker.get_default_base_job_template()
    try:
        get_client(sync_client=True).create_work_pool(
            WorkPoolCreate(name="pool", type="docker", base_job_template=template)
        )
    except ObjectAlreadyExists:
        pass
    wanted = [
        load.to_deployment(name, job_variables=WRONG if name in "bc" else {"privileged": False})
        for name in sys.argv[1]
    ]
    ids = deploy(*wanted, work_pool_name="pool", image="registry.example.com/flows:1.0", build=False)
    print("deployed", len(ids), "of", len(wanted))
PYTHON
for version in 3.8.8 3.9.1; do
    prefect "$version" prefect-docker==0.7.4
    serve "$version"
    cd "$folder"
    for names in ab bc b; do
        status=0
        "$folder/$version/bin/python" deploy.py "$names" >out 2>errors || status=$?
        said=$(grep -o '^deployed .*' out || grep -o 'DeploymentApplyError' errors | tail -n 1)
        echo "$version | $names | $said | exit $status" >>seen
    done
    retire
done
same <<'TEXT'
3.8.8 | ab | deployed 1 of 2 | exit 0
3.8.8 | bc | deployed 0 of 2 | exit 0
3.8.8 | b | DeploymentApplyError | exit 1
3.9.1 | ab | deployed 1 of 2 | exit 0
3.9.1 | bc | deployed 0 of 2 | exit 0
3.9.1 | b | DeploymentApplyError | exit 1
TEXT
