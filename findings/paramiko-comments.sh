#!/bin/sh
# paramiko 5.1.0: in an SSH configuration, a comment behind a value is part of the value: the user is `deploy # robot`.
#
# Behaviour: OpenSSH has allowed comments at the end of a line since 8.5, and its manual says so. `SSHConfig`, which also
# gives Fabric 3.2.3 its users, ports and keys, keeps them. It keeps one line of `SendEnv`, where OpenSSH adds them up,
# and compares names of hosts with capitals, where OpenSSH does not.
# Seen, of `User deploy  # robot`, with OpenSSH 9.2 by `ssh -G`:
#   user       ssh deploy                  Fabric deploy  # robot
#   hostname   ssh 10.0.0.7                Fabric 10.0.0.7 # the new one
#   sendenv    ssh LANG, DEPLOY_*          paramiko LANG
#   for WEB    ssh 10.0.0.7, as for web    paramiko WEB
# Why it matters: `ssh web` works, and the deploy that uses the same file is refused, with the message of a wrong key or of
# a host that is not found. With a port, Fabric says that the text is no number, which is the only clear case.
. "$(dirname "$0")/lib.sh"
if ! command -v ssh >"$folder/which"; then
    echo "Needs OpenSSH 8.5 or later." >&2
    exit 77
fi
install venv paramiko==5.1.0 fabric==3.2.3
cat >"$folder/config" <<'CONFIG'
Host web
    HostName 10.0.0.7 # the new one
    User deploy  # robot
    SendEnv LANG
    SendEnv DEPLOY_*
CONFIG
"$folder/venv/bin/python" - "$folder/config" >"$folder/seen" <<'PYTHON'
import subprocess
import sys

from fabric import Config, Connection
from paramiko import SSHConfig

hosts = SSHConfig.from_path(sys.argv[1])


def ssh(host, name):
    said = subprocess.run(["ssh", "-G", "-F", sys.argv[1], host], capture_output=True, text=True, check=True).stdout
    lines = (line.partition(" ") for line in said.splitlines())
    return ", ".join(value for key, _, value in lines if key == name)


connection = Connection("web", config=Config(ssh_config=hosts))
print("user | ssh", ssh("web", "user"), "| Fabric", connection.user)
print("hostname | ssh", ssh("web", "hostname"), "| Fabric", connection.host)
print("sendenv | ssh", ssh("web", "sendenv"), "| paramiko", hosts.lookup("web")["sendenv"])
print("hostname of WEB | ssh", ssh("WEB", "hostname"), "| paramiko", hosts.lookup("WEB")["hostname"])
PYTHON
same <<'TEXT'
user | ssh deploy | Fabric deploy  # robot
hostname | ssh 10.0.0.7 | Fabric 10.0.0.7 # the new one
sendenv | ssh LANG, DEPLOY_* | paramiko LANG
hostname of WEB | ssh web | paramiko WEB
TEXT
