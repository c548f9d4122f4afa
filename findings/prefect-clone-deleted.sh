#!/bin/sh
# Prefect 3.8.8 and 3.9.1: a git server that is away for a moment costs the worker its clone, and all that is in it.
#
# Behaviour: where `git_clone` finds its clone, it fetches. If git fails, for whatever reason, the step deletes the
# folder, with the files that runs have written into it, and clones anew. When the server is the reason, that fails,
# too, and the folder is gone.
# Seen:   a clone in which a run has left report.csv, the next run      report.csv is there
#         the server is away                                            RuntimeError, there is no folder
#         the server is back                                            cloned, without report.csv
#         a run and a commit have changed one file                      cloned, without the change and report.csv
# Why it matters: on a worker that keeps its folder, a minute without the git server removes the code under runs that
# import parts of it later, and what flows keep beside their code: reports, caches, databases of one file. A step that
# only brings a clone up to date looks as if the worst were an old commit. The run after that succeeds, and nothing
# says what was lost. Write outside of the clone.
. "$(dirname "$0")/lib.sh"
cat >"$folder/look.py" <<'PYTHON'
import subprocess
from pathlib import Path

from prefect import __version__
from prefect.deployments.steps import git_clone

server, clone, report = Path("team").resolve(), Path("team-main"), Path("team-main/report.csv")


def commit(text):
    (server / "flow.py").write_text(text)
    for words in ("add .", "-c user.name=team -c user.email=team@example.com commit -q -m flows"):
        subprocess.run(["git", "-C", str(server), *words.split()], check=True)


def run(case):
    try:
        git_clone(repository=server.as_uri(), branch="main")
        answer = "cloned"
    except RuntimeError as error:
        answer = type(error).__name__
    left = sorted(path.name for path in clone.glob("*") if path.name != ".git") if clone.exists() else ["no folder"]
    print(__version__, case, "|", answer, "|", *left)


subprocess.run(["git", "init", "-q", "-b", "main", "team"], check=True)
commit("one = 1\n")
run("first")
report.write_text("1\n")
run("again")
away = server.rename("away")
run("server away")
away.rename(server)
run("server back")
report.write_text("1\n")
(clone / "flow.py").write_text("two = 2\n")
commit("three = 3\n")
run("both changed")
PYTHON
export PREFECT_HOME="$folder/home"
for version in 3.8.8 3.9.1; do
    prefect "$version"
    mkdir "$folder/work-$version"
    (cd "$folder/work-$version" && "../$version/bin/python" ../look.py) >>"$folder/seen" 2>"$folder/errors"
done
same <<'TEXT'
3.8.8 first | cloned | flow.py
3.8.8 again | cloned | flow.py report.csv
3.8.8 server away | RuntimeError | no folder
3.8.8 server back | cloned | flow.py
3.8.8 both changed | cloned | flow.py
3.9.1 first | cloned | flow.py
3.9.1 again | cloned | flow.py report.csv
3.9.1 server away | RuntimeError | no folder
3.9.1 server back | cloned | flow.py
3.9.1 both changed | cloned | flow.py
TEXT
