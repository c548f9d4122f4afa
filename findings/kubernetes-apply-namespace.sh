#!/bin/sh
# kubernetes 37.0.2: with `apply=True`, `create_from_yaml` sends an object of the namespace `prod` to `default`.
#
# Behaviour: the documentation says that `namespace`, which is "default" if nothing is said, has no effect on objects that
# name their own. That is so without `apply`. With it, the dynamic client is told the namespace, and that comes first. The
# object is sent with `prod` in its body and `default` in its path. One that names no namespace is
# right, and so is one where both are the same.
# Seen, of a ConfigMap with `namespace: prod`:
#   create_from_yaml(…)                                 POST  /api/v1/namespaces/prod/configmaps
#   create_from_yaml(…, apply=True)                     PATCH /api/v1/namespaces/default/configmaps/settings
#   create_from_yaml(…, apply=True, namespace="prod")   PATCH /api/v1/namespaces/prod/configmaps/settings
# Why it matters: a deploy must be possible a second time, which is what `apply` is for. A file with objects of two
# namespaces, as charts and operators have, can be created by this function, and then never be applied. Call it once for
# each namespace.
. "$(dirname "$0")/lib.sh"
install venv kubernetes==37.0.2
loopback
cat >"$folder/send.py" <<'PYTHON'
import copy
import json

from kubernetes import client, utils
from loopback import Loopback

RESOURCE = {"name": "configmaps", "singularName": "configmap", "namespaced": True, "kind": "ConfigMap", "verbs": []}
DISCOVERY = {
    "/version": {"major": "1", "minor": "36", "gitVersion": "v1.36.0"},
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "groups": []},
    "/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": [RESOURCE]},
}


class Server(Loopback):
    """Says what it serves, and takes what is sent."""

    def do_GET(self):
        self.answer(DISCOVERY[self.path])

    def take(self):
        sent = json.loads(self.body())
        print(self.command, self.path.split("?")[0], "| body:", sent["metadata"].get("namespace"))
        self.answer(sent)

    do_POST = do_PATCH = take


api = client.ApiClient(client.Configuration(host=f"http://{Server.address()}"))
for own in ({"namespace": "prod"}, {}):
    settings = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", **own}}
    for options in ({}, {"apply": True}, {"apply": True, "namespace": "prod"}):
        print(options, end=" ", flush=True)
        utils.create_from_yaml(api, yaml_objects=[copy.deepcopy(settings)], **options)
PYTHON
"$folder/venv/bin/python" "$folder/send.py" >"$folder/seen"
same <<'TEXT'
{} POST /api/v1/namespaces/prod/configmaps | body: prod
{'apply': True} PATCH /api/v1/namespaces/default/configmaps/settings | body: prod
{'apply': True, 'namespace': 'prod'} PATCH /api/v1/namespaces/prod/configmaps/settings | body: prod
{} POST /api/v1/namespaces/default/configmaps | body: None
{'apply': True} PATCH /api/v1/namespaces/default/configmaps/settings | body: None
{'apply': True, 'namespace': 'prod'} PATCH /api/v1/namespaces/prod/configmaps/settings | body: None
TEXT
