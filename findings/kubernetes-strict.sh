#!/bin/sh
# kubernetes 37.0.2 refuses manifests that 36.0.3 sent: `cpu: 2`, and every field that is newer than the client.
#
# Behaviour: 37 checks what it sends by models of pydantic, with strict types and without unknown keys. `limits: {cpu: 2}`
# is a number, which the API server and kubectl take and the schema has not; a field of a later Kubernetes is an error of
# the client. 36 sent both. This is so for `create_from_yaml` and for the functions that take a dict, such as
# `create_namespaced_job`. Unknown fields of what a server answers are no error: they are dropped, as before.
# Seen:   limits: {cpu: 2}       36 sent {"cpu": 2}         37 ValidationError, nothing sent
#         a field of 1.99        36 sent                    37 ValidationError, nothing sent
#         limits: {cpu: "2"}     sent by both
# Why it matters: a job template that has worked for years is refused in the image that was built this week, since few
# pin the client. The runs fail in the worker, before anything is in the cluster. Quote quantities, and pin the client below
# 37 where templates have fields that are newer than it.
. "$(dirname "$0")/lib.sh"
loopback
cat >"$folder/send.py" <<'PYTHON'
import json

import kubernetes
from kubernetes import client, utils
from loopback import Loopback


class Cluster(Loopback):
    """Says what it was sent."""

    def do_POST(self):
        job = json.loads(self.body())
        sent.append(job["spec"])
        self.answer(job)


cluster = client.ApiClient(client.Configuration(host=f"http://{Cluster.address()}"))
for more in ({"resources": {"limits": {"cpu": "2"}}}, {"resources": {"limits": {"cpu": 2}}}, {"since199": True}):
    sent = []
    pod = {"restartPolicy": "Never", "containers": [{"name": "load", "image": "load:1", **more}]}
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "load"}, "spec": {"template": {"spec": pod}}}
    try:
        utils.create_from_dict(cluster, job)
        outcome = "sent as it is" if sent == [job["spec"]] else f"sent {sent}"
    except ValueError as error:
        outcome = f"{type(error).__name__}, {len(sent)} sent"
    print(kubernetes.__version__, "|", json.dumps(more), "|", outcome)
PYTHON
for version in 36.0.3 37.0.2; do
    install "$version" "kubernetes==$version"
    "$folder/$version/bin/python" "$folder/send.py" >>"$folder/seen"
done
same <<'TEXT'
36.0.3 | {"resources": {"limits": {"cpu": "2"}}} | sent as it is
36.0.3 | {"resources": {"limits": {"cpu": 2}}} | sent as it is
36.0.3 | {"since199": true} | sent as it is
37.0.2 | {"resources": {"limits": {"cpu": "2"}}} | sent as it is
37.0.2 | {"resources": {"limits": {"cpu": 2}}} | ValidationError, 0 sent
37.0.2 | {"since199": true} | ValidationError, 0 sent
TEXT
