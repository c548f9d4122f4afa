#!/bin/sh
# prefect-shell 0.3.7: `arun` of a ShellOperation cuts lines in two, and `run` drops the empty ones.
#
# Behaviour: the asynchronous `arun`, which a flow gets from `await operation.run()`, too, and `shell_run_command` split
# each piece that comes through the pipe into lines, so that a line on the border of two pieces becomes two. The
# synchronous `run` reads lines, and leaves out the empty ones, so that the two return different lists.
# Seen, of 100,000 numbered lines:    arun more than 100,000, some cut     run 100,000
#       of `a`, an empty line, `b`:   arun a, '', b                        run a, b
# Why it matters: the result is a list of files, keys or rows for the tasks that follow. A piece is up to 64 KiB, so that
# it works with a hundred lines and fails with many, and then for one line of thousands, each time another one. Read
# what is long from a file.
. "$(dirname "$0")/lib.sh"
prefect 3.9.1 prefect-shell==0.3.7
cat >"$folder/look.py" <<'PYTHON'
import asyncio
import sys
from pathlib import Path

from prefect_shell import ShellOperation

LINES = [f"row {number:06}" for number in range(100_000)]
path = Path(__file__).with_name("rows")
path.write_text("\n".join(LINES) + "\n")


def operation(command):
    return ShellOperation(commands=[command], stream_output=False)


def arun(command):
    return asyncio.run(operation(command).arun())


def run(command):
    return operation(command).run()


for name, ask in (("arun", arun), ("run", run)):
    found = ask(f"cat {path}")
    print(name, "| as many lines:", len(found) == len(LINES), "| each one whole:", set(found) <= set(LINES))
    print(name, "|", ask("printf 'a\\n\\nb\\n'"))
PYTHON
export PREFECT_HOME="$folder/home" PREFECT_LOGGING_TO_API_ENABLED=false PREFECT_LOGGING_LEVEL=ERROR
"$folder/3.9.1/bin/python" "$folder/look.py" >"$folder/seen"
same <<'TEXT'
arun | as many lines: False | each one whole: False
arun | ['a', '', 'b']
run | as many lines: True | each one whole: True
run | ['a', 'b']
TEXT
