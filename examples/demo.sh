#!/bin/sh
# Deploy examples/hello to a temporary store in .demo, run its flows and print their logs.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
demo=$root/.demo
: "${PYTHON:=python3}"

bold='' plain=''
[ ! -t 1 ] || { bold=$(printf '\033[1m') plain=$(printf '\033[0m'); }
step() { printf '\n%s$ %s%s\n' "$bold" "$*" "$plain"; "$@"; }

echo "Installing into .demo/venv …"
[ -x "$demo/venv/bin/python" ] || "$PYTHON" -m venv "$demo/venv"
"$demo/venv/bin/python" -m pip install --quiet --disable-pip-version-check --constraint "$root/constraints.txt" "$root"
rm -rf "$demo/home"
export SYNTASK_HOME="$demo/home" PATH="$demo/venv/bin:$PATH"
unset SYNTASK_API_URL PREFECT_API_URL SYNTASK_BACKEND 2>/dev/null || true
cd "$root/examples/hello"

step syntask validate
step syntask plan --all
step syntask deploy --all
step syntask plan --all
world=$(syntask deployment run hello/world)
team=$(syntask deployment run hello/team -p times=3)
step syntask worker start --run-once
step syntask flow-run ls
step syntask flow-run logs "$world"
step syntask flow-run logs "$team"
