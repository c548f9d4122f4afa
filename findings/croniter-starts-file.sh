#!/bin/sh
# croniter 7.0.0: importing it starts a program, `file`, on the Python that imports it.
#
# Behaviour: the module asks `platform.architecture()` for the width of a word, and that tries to run `file -b`.
# Where there is no such program, nothing is said. cronsim 2.8 starts nothing.
# Seen:   croniter starts file; cronsim starts nothing
# Why it matters: a scheduler, a worker and each command that reads a cron line fork once more at their start. A
# sandbox that forbids new processes, or an image with a slow or replaced `file`, is met at an import.
. "$(dirname "$0")/lib.sh"
install venv croniter==7.0.0 cronsim==2.8
for module in croniter cronsim; do
    "$folder/venv/bin/python" - "$module" >>"$folder/seen" <<'PYTHON'
import importlib
import sys

started = []
sys.addaudithook(lambda event, details: started.append(details[1][0]) if event == "subprocess.Popen" else None)
importlib.import_module(sys.argv[1])
print(sys.argv[1], "starts", *(started or ["nothing"]))
PYTHON
done
same <<'TEXT'
croniter starts file
cronsim starts nothing
TEXT
