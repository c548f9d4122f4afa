#!/bin/sh
# prefect-kubernetes 0.8.0: whether a worker takes a job manifest depends on where the number 1 stands in it.
#
# Behaviour: the worker takes the difference between the job manifest of a work pool and a base manifest, as a JSON
# patch, and refuses the run if that adds something. The base has `parallelism` and `completions`, which are fields of
# a job in Kubernetes' API, inside of the pod, where the API has no such fields. The patch says `move` in place of
# `add` where the same value stands elsewhere in the manifest, and `move` is not looked at. So a manifest without the
# two fields, or with other numbers, is refused at the start of each run, one with `parallelism: 1` in the job is
# taken, and so is one with an unrelated `1`. The server checks nothing.
# Seen:   no fields: refused; 1 in the job: accepted; 2 in the job: refused; in the pod: accepted.
# Why it matters: a job that runs with kubectl, pasted into the base job template of a work pool, is accepted by the
# server, and then every run crashes, or begins to once a number elsewhere is changed. Write both fields with 1 in
# `spec.template.spec`, as the default template has them.
. "$(dirname "$0")/lib.sh"
prefect 3.8.8 'prefect-kubernetes==0.8.0'
cat >"$folder/configure.py" <<'PYTHON'
import asyncio
import copy

from prefect_kubernetes.worker import KubernetesWorkerJobConfiguration

JOB = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"labels": {}, "generateName": "run-", "namespace": "default"},
    "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "prefect-job", "env": []}]}}},
}


async def configured(manifest):
    template = {"job_configuration": {"job_manifest": manifest}, "variables": {"properties": {}}}
    try:
        await KubernetesWorkerJobConfiguration.from_template_and_values(template, {}, client=object())
    except ValueError as error:
        paths = sorted(word.strip("',.") for word in str(error).split() if "/spec/" in word)
        return "refused for " + " and ".join(paths)
    return "accepted"


def with_counts(counts, *path):
    job = copy.deepcopy(JOB)
    place = job
    for step in path:
        place = place[step]
    place.update(counts)
    return job


for name, job in {
    "no fields": JOB,
    "1 in the job": with_counts({"parallelism": 1, "completions": 1}, "spec"),
    "2 in the job": with_counts({"parallelism": 2, "completions": 2}, "spec"),
    "in the pod": with_counts({"parallelism": 1, "completions": 1}, "spec", "template", "spec"),
}.items():
    print(f"{name}: {asyncio.run(configured(job))}")
PYTHON
"$folder/3.8.8/bin/python" "$folder/configure.py" >"$folder/seen" 2>"$folder/errors" || { cat "$folder/errors" >&2; exit 1; }
same <<'TEXT'
no fields: refused for /spec/template/spec/completions and /spec/template/spec/parallelism
1 in the job: accepted
2 in the job: refused for /spec/template/spec/completions and /spec/template/spec/parallelism
in the pod: accepted
TEXT
