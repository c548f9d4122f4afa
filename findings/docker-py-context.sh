#!/bin/sh
# docker-py 7.2.0: a context that does not exist means this machine.
#
# Behaviour: `docker.from_env()` honours contexts. When the one named by DOCKER_CONTEXT, or by `currentContext` of
# config.json, is not there, it connects to the socket of this machine without a word. The command line of
# Docker 28.2 stops ("context not found").
# Seen:   DOCKER_CONTEXT=production, no such context   http+docker://localhost
# Why it matters: contexts say where images are built and containers run. A deploy job on a new runner, where the
# context was not created or is misspelt, builds and starts there, next to the job, and reports success; a clean-up
# removes the wrong machine's containers. Check `ContextAPI.get_context(name)` first, or set DOCKER_HOST.
. "$(dirname "$0")/lib.sh"
install venv docker==7.2.0
unset DOCKER_HOST DOCKER_CONTEXT
export DOCKER_CONFIG="$folder"
cat >"$folder/look.py" <<'PYTHON'
import docker
from docker.context import ContextAPI

print(docker.from_env(version="1.41").api.base_url, "| the context is", ContextAPI.get_context("production"))
PYTHON
DOCKER_CONTEXT=production "$folder/venv/bin/python" "$folder/look.py" >"$folder/seen"
echo '{"currentContext": "production"}' >"$folder/config.json"
"$folder/venv/bin/python" "$folder/look.py" >>"$folder/seen"
same <<'TEXT'
http+docker://localhost | the context is None
http+docker://localhost | the context is None
TEXT
