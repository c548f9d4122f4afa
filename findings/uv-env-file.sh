#!/bin/sh
# uv 0.13.9: `--env-file` drops all variables after a line that it cannot read, and runs the command.
#
# Behaviour: `CRON=0 6 * * *`, a value with blanks and no quotes, JSON without quotes, and `$` in double quotes are lines
# that uv does not read. It warns, takes the variables above, none of those below, and starts the command. `p$ss` without
# quotes becomes `p`. python-dotenv 1.2.4 and dotenv 18.0.10 (npm) read all these lines; npm's ends `abc#def` at the `#`.
# Seen, of FIRST, the line, LAST:   CRON=0 6 * * *   uv FIRST         python-dotenv, npm all three
#                                   PASS=p$ss        uv PASS p        p$ss
#                                   KEY=abc#def      npm KEY abc      abc#def
# Why it matters: the same `.env` is read by editors and by Prefect's settings, where it works. With `uv run --env-file`,
# the line that somebody adds in the middle takes away all that is below it, the address of the database or the
# key, and the run uses what it has as a default. Quote all values, and put single quotes around `$`.
. "$(dirname "$0")/lib.sh"
install venv uv==0.13.9 python-dotenv==1.2.4
npm_install dotenv@18.0.10
cat >"$folder/look.py" <<'PYTHON'
import json
import subprocess
import sys
from pathlib import Path

from dotenv import dotenv_values

SHOW = "import json, os; print(json.dumps(dict(os.environ)))"
PARSE = 'console.log(JSON.stringify(require("dotenv").parse(require("fs").readFileSync("file.env"))))'
UV = [Path(sys.executable).with_name("uv"), "run", "--no-project", "--python", sys.executable, "--env-file", "file.env"]


def asked(command):
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


for line in ("CRON=0 6 * * *", 'TABLES={"a": 1}', 'LABEL="costs $5"', "PASS=p$ss", "KEY=abc#def", "CRON='0 6 * * *'"):
    Path("file.env").write_text(f"FIRST=1\n{line}\nLAST=1\n")
    names = ("FIRST", line.partition("=")[0], "LAST")
    for reader, found in {
        "uv": asked([*UV, "python", "-c", SHOW]),
        "python-dotenv": dotenv_values("file.env"),
        "npm": asked(["node", "-e", PARSE]),
    }.items():
        print(line, "|", reader, "|", *(found.get(name, "(nothing)") for name in names))
PYTHON
(cd "$folder" && venv/bin/python look.py) >"$folder/seen"
same <<'TEXT'
CRON=0 6 * * * | uv | 1 (nothing) (nothing)
CRON=0 6 * * * | python-dotenv | 1 0 6 * * * 1
CRON=0 6 * * * | npm | 1 0 6 * * * 1
TABLES={"a": 1} | uv | 1 (nothing) (nothing)
TABLES={"a": 1} | python-dotenv | 1 {"a": 1} 1
TABLES={"a": 1} | npm | 1 {"a": 1} 1
LABEL="costs $5" | uv | 1 (nothing) (nothing)
LABEL="costs $5" | python-dotenv | 1 costs $5 1
LABEL="costs $5" | npm | 1 costs $5 1
PASS=p$ss | uv | 1 p 1
PASS=p$ss | python-dotenv | 1 p$ss 1
PASS=p$ss | npm | 1 p$ss 1
KEY=abc#def | uv | 1 abc#def 1
KEY=abc#def | python-dotenv | 1 abc#def 1
KEY=abc#def | npm | 1 abc 1
CRON='0 6 * * *' | uv | 1 0 6 * * * 1
CRON='0 6 * * *' | python-dotenv | 1 0 6 * * * 1
CRON='0 6 * * *' | npm | 1 0 6 * * * 1
TEXT
