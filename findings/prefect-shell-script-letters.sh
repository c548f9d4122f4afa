#!/bin/sh
# Prefect 3.8.8 and 3.9.1: the step `run_shell_script` damages letters in outputs of more than 4096 bytes.
#
# Behaviour: the output of a command is read in pieces of at most 4096 bytes, and each piece is decoded by itself. A
# letter of more than one byte that lies on the border of two pieces becomes two or three `\ufffd`. That goes for `stdout`
# and `stderr`, which later steps get, and for what is shown. `pip_install_requirements` of the same module is right.
# Seen:   `cat` of a JSON file of 12,002 bytes with umlauts: some of the 6,000 are damaged
#         the same file with \u00e4 in place of them: none
# Why it matters: `{{ step.stdout }}` is how a build hands on a list of files, a JSON document or a text for a message.
# It works in tests, as short outputs are one piece, and later one name of hundreds is not found. Use a file.
. "$(dirname "$0")/lib.sh"
cat >"$folder/look.py" <<'PYTHON'
import asyncio
import json
from pathlib import Path

from prefect import __version__
from prefect.deployments.steps import run_shell_script

value = "ä" * 6000
for is_ascii in (False, True):
    path = Path(__file__).with_name("names.json")
    path.write_text(json.dumps(value, ensure_ascii=is_ascii), encoding="utf-8")
    stdout = asyncio.run(run_shell_script(f"cat {path}", stream_output=False))["stdout"]
    name = "ASCII" if is_ascii else "UTF-8"
    print(__version__, name, "| damaged:", "\ufffd" in stdout, "| same:", json.loads(stdout) == value)
PYTHON
for version in 3.8.8 3.9.1; do
    prefect "$version"
    PYTHONUTF8=1 "$folder/$version/bin/python" "$folder/look.py" >>"$folder/seen"
done
same <<'TEXT'
3.8.8 UTF-8 | damaged: True | same: False
3.8.8 ASCII | damaged: False | same: True
3.9.1 UTF-8 | damaged: True | same: False
3.9.1 ASCII | damaged: False | same: True
TEXT
