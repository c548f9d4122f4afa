#!/bin/sh
# podman-py 5.8.0: limits of processors and of logs, given as to docker-py, are dropped without a word.
#
# Behaviour: the package takes the arguments of docker-py 7.2.0, and lists `nano_cpus` and `log_config` among them. The
# first is left out of the request. Of the second, the type is sent, and its `Config`, where docker-py puts the options
# of the log driver, is replaced by three keys that have other names. Arguments it does not know raise a TypeError, but
# these are known.
# Seen, in the request that makes a container:
#   docker-py    NanoCpus 1500000000   LogConfig {'Type': 'k8s-file', 'Config': {'max-size': '10m'}}   Memory 536870912
#   podman-py    cpu: nothing          log: driver k8s-file, size None, options None                   memory 536870912
# Why it matters: a worker for containers moves from Docker to Podman by another import, starts its runs, and the limit
# of memory, which is easy to check, still holds. The one of processors does not, so that one run slows all others down,
# and logs grow until the disk is full. Use `cpu_period` with `cpu_quota`, and `Config: {"size": …}`.
. "$(dirname "$0")/lib.sh"
install venv podman==5.8.0 docker==7.2.0
loopback
"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
import json

import docker
import podman
from loopback import Loopback

bodies = []


class Engine(Loopback):
    """Keeps what is sent to it, and says that the container was made."""

    def do_POST(self):
        bodies.append(json.loads(self.body()))
        self.answer({"Id": "1" * 64, "Warnings": []}, 201)

    def do_GET(self):
        self.answer({"Id": "1" * 64, "Name": "run", "Config": {"Image": "flows"}, "Image": "flows"})


address = f"tcp://{Engine.address()}"
limits = {
    "mem_limit": "512m",
    "nano_cpus": 1_500_000_000,
    "log_config": {"Type": "k8s-file", "Config": {"max-size": "10m"}},
}
docker.DockerClient(base_url=address, version="1.41").containers.create("flows", **limits)
podman.PodmanClient(base_url=address).containers.create("flows", **limits)

host, limited = bodies[0]["HostConfig"], bodies[1]["resource_limits"]
print("docker", host["Memory"], host["NanoCpus"], host["LogConfig"])
cpus = {name: value for name, value in limited.get("cpu", {}).items() if value is not None}
print("podman", limited["memory"]["limit"], cpus, bodies[1]["log_configuration"])
print("1500000000" in json.dumps(bodies[1]), "10m" in json.dumps(bodies[1]))
PYTHON
same <<'TEXT'
docker 536870912 1500000000 {'Type': 'k8s-file', 'Config': {'max-size': '10m'}}
podman 536870912 {} {'driver': 'k8s-file'}
False False
TEXT
