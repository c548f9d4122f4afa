#!/bin/sh
# Prefect 3.8.8 and 3.9.1: once `prefect.docker` is imported, `except docker.errors.…` with a class imported from
# `docker.errors` catches nothing that docker-py raises.
#
# Behaviour: `prefect.docker` puts a lazy module in the place of `docker` (`importlib.util.LazyLoader`). The first
# statement `from docker.errors import …` loads the package, with its `docker.errors`, and then `docker.errors` once
# more: CPython looks for the submodule before the lazy package is loaded. There are two classes of each name. The
# module `docker.errors` that is found afterwards is the second one; docker-py itself raises those of the first.
# `import docker` and `docker.errors.DockerException` have the second ones, too. With `from docker import errors` as the
# first statement there is one module. In the other order of the two imports there is no problem.
# Seen:   from prefect.docker import DockerImage          not caught
#         from docker.errors import DockerException
#         the other order, or no Prefect                  caught
# Why it matters: a script that builds images and deploys handles an engine that is away or an image that is missing. Where
# a module of the project imports Prefect first, the handler never runs; the same module alone, in its tests, is right.
. "$(dirname "$0")/lib.sh"
cat >"$folder/catch.py" <<'PYTHON'
import sys

first, second = "from prefect.docker import DockerImage", "from docker.errors import DockerException"
orders = {"prefect first": (first, second), "docker first": (second, first), "no prefect": (second,)}
for statement in orders[sys.argv[1]]:
    exec(statement)

import docker

try:
    docker.DockerClient(base_url=f"tcp://127.0.0.1:{sys.argv[2]}", version="auto")
except DockerException:
    print(sys.argv[1], "| caught")
except Exception as error:
    print(sys.argv[1], "| not caught:", f"{type(error).__module__}.{type(error).__name__}")
PYTHON
for version in 3.8.8 3.9.1; do
    prefect "$version" docker==7.2.0
    for order in "prefect first" "docker first" "no prefect"; do
        printf '%s ' "$version"
        "$folder/$version/bin/python" "$folder/catch.py" "$order" "$(free_port)"
    done
done >"$folder/seen"
same <<'TEXT'
3.8.8 prefect first | not caught: docker.errors.DockerException
3.8.8 docker first | caught
3.8.8 no prefect | caught
3.9.1 prefect first | not caught: docker.errors.DockerException
3.9.1 docker first | caught
3.9.1 no prefect | caught
TEXT
