#!/bin/sh
# GitPython 3.2.1, pygit2 1.21.0: files are committed without the filters and line ends of .gitattributes.
#
# Behaviour: `index.add` of GitPython stores a file as it is on the disk; it writes the blob itself. pygit2 converts line
# ends, and runs no filters, neither when it commits nor when it checks out. git and dulwich 1.2.21 do both. GitPython's
# `repository.git.add(…)` calls git, and does what git does.
# Seen, of *.ipynb with a filter that drops outputs, and *.csv with `text`:
#         git, dulwich, `repository.git.add`     run.ipynb without outputs     day.csv with \n
#         GitPython `index.add`                  run.ipynb with outputs        day.csv with \r\n
#         pygit2                                 run.ipynb with outputs        day.csv with \n
# Why it matters: a job that commits its results stores notebooks with all that they printed, and large files of LFS in
# the repository instead of its store. Whoever clones it next has changed files in a fresh checkout, which `git checkout`
# does not bring back, and a deploy that refuses a dirty tree refuses it.
. "$(dirname "$0")/lib.sh"
install venv GitPython==3.2.1 pygit2==1.21.0 dulwich==1.2.21
export GIT_CONFIG_GLOBAL="$folder/gitconfig" GIT_CONFIG_NOSYSTEM=1
git config --global user.name team
git config --global user.email team@example.com
git config --global filter.outputs.clean 'sed /printed/d'
git config --global core.safecrlf false
git init --quiet --initial-branch main "$folder/origin"
printf '*.ipynb filter=outputs\n*.csv text\n' >"$folder/origin/.gitattributes"
git -C "$folder/origin" add .
git -C "$folder/origin" commit --quiet --message one
cd "$folder"
for name in git index.add git.add dulwich pygit2; do
    git clone --quiet origin "$name"
    printf 'code\nprinted\n' >"$name/run.ipynb"
    printf '1\r\n2\r\n' >"$name/day.csv"
done
git -C git add --all
git -C git commit --quiet --message two
venv/bin/python - <<'PYTHON'
from pathlib import Path

import git
import pygit2
from dulwich import porcelain

NAMES = ["run.ipynb", "day.csv"]
repository = git.Repo("index.add")
repository.index.add(NAMES)
repository.index.commit("two")

repository = git.Repo("git.add")
repository.git.add(NAMES)
repository.index.commit("two")

porcelain.add("dulwich", [Path("dulwich", name).absolute() for name in NAMES])
porcelain.commit("dulwich", message="two")

repository = pygit2.Repository("pygit2")
repository.index.add_all(NAMES)
repository.index.write()
author, tree = repository.default_signature, repository.index.write_tree()
repository.create_commit("HEAD", author, author, "two", tree, [repository.head.target])
PYTHON
for name in git dulwich git.add index.add pygit2; do
    git clone --quiet "$name" "$name-again"
    notebook=$(git -C "$name" cat-file -p HEAD:run.ipynb | tr '\n' ' ')
    ends=$(git -C "$name" ls-files --eol day.csv | cut -d ' ' -f 1)
    echo "$name | $notebook| $ends | changed in a new clone:" $(git -C "$name-again" status --short) >>seen
done
same <<'TEXT'
git | code | i/lf | changed in a new clone:
dulwich | code | i/lf | changed in a new clone:
git.add | code | i/lf | changed in a new clone:
index.add | code printed | i/crlf | changed in a new clone: M day.csv M run.ipynb
pygit2 | code printed | i/lf | changed in a new clone: M run.ipynb
TEXT
