#!/bin/sh
# dulwich 1.2.21: `pull` in a clone of a branch brings the commits of the server's default branch into it.
#
# Behaviour: `porcelain.clone(…, branch="release")` checks out the branch and makes it follow the one of the server.
# `porcelain.pull` without refspecs, however, takes the server's HEAD, and moves the local branch to it. If the default
# branch does not contain the other one, it is an error, DivergedBranches; else nothing is said. `git pull` in the same
# clone is up to date.
# Seen, after a commit to main only:    git pull        on release, at the commit `one`
#                                       dulwich pull    on release, at the commit `two` of main
# Why it matters: workers and agents that keep a clone in an image without git bring it up to date like this. The flows of
# a release branch run the code of main from the first commit after the branch was made, under the name of the release.
# Pass the branch: `refspecs=[b"refs/heads/release"]`.
. "$(dirname "$0")/lib.sh"
install venv dulwich==1.2.21
git init -q -b main "$folder/server"
commit() { git -C "$folder/server" -c user.name=team -c user.email=team@example.com commit -q --allow-empty -m "$1"; }
commit one
git -C "$folder/server" branch release
cat >"$folder/clone.py" <<'PYTHON'
import io
from pathlib import Path

from dulwich import porcelain

for name in ("with-git", "with-dulwich", "with-branch"):
    porcelain.clone(str(Path("server").resolve()), name, branch="release", errstream=io.BytesIO())
PYTHON
cat >"$folder/pull.py" <<'PYTHON'
import io

from dulwich import porcelain

porcelain.pull("with-dulwich", errstream=io.BytesIO())
porcelain.pull("with-branch", refspecs=[b"refs/heads/release"], errstream=io.BytesIO())
PYTHON
cd "$folder"
venv/bin/python clone.py
commit two
venv/bin/python pull.py
git -C with-git pull -q
for name in with-git with-dulwich with-branch; do
    echo "$name: on $(git -C $name branch --show-current) at $(git -C $name log -1 --format=%s)" >>seen
done
same <<'TEXT'
with-git: on release at one
with-dulwich: on release at two
with-branch: on release at one
TEXT
