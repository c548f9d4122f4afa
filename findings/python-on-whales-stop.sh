#!/bin/sh
# python-on-whales 0.81.0: `docker.stop(container, time=60)` waits for ten seconds, and a timedelta is refused.
#
# Behaviour: `stop` takes seconds or a timedelta. Seconds are dropped, as a function for times that has no case for
# numbers returns None, and so the command has no `--time`. A timedelta is sent as `60.0s`, which Docker 28.2 and Podman
# refuse; from `restart`, as `60.0`, which they refuse as well. `restart` with a number and `compose.stop` are right.
# Seen, of the commands that are run:
#   stop(time=60)                      container stop flow
#   stop(time=timedelta(seconds=60))   container stop --time 60.0s flow
#   restart(time=60)                   restart --time 60 flow
# Why it matters: the time is how long a flow may tidy up, before it is killed. Workers and scripts that stop containers
# with this package think that they give it a minute. After ten seconds the run is gone, without its last state, and its
# locks and rows stay. In tests, flows end in time. Use `compose.stop`, or the option `stop_timeout` of `run`.
. "$(dirname "$0")/lib.sh"
install venv python-on-whales==0.81.0
cat >"$folder/client" <<SH
#!/bin/sh
echo "\$@" >>"$folder/seen"
SH
chmod +x "$folder/client"
"$folder/venv/bin/python" - "$folder/client" <<'PYTHON'
import sys
from datetime import timedelta

from python_on_whales import DockerClient

client = DockerClient(client_call=[sys.argv[1]])
for time in (60, timedelta(seconds=60)):
    client.stop("flow", time=time)
    client.restart("flow", time=time)
    client.compose.stop("flow", timeout=time)
PYTHON
same <<'TEXT'
container stop flow
restart --time 60 flow
compose stop --timeout 60 flow
container stop --time 60.0s flow
restart --time 60.0 flow
compose stop --timeout 60 flow
TEXT
