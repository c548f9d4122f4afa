#!/bin/sh
# pygit2 1.21.0: a commit made in a sparse checkout deletes the files that are not checked out.
#
# Behaviour: libgit2 does not read which files git left out of a sparse checkout. `status` says that they are deleted, and
# `index.add_all()` takes them out of the index, so that the next commit deletes them. git, GitPython 3.2.1, which calls
# it, and dulwich 1.2.21 see one changed file in the same checkout.
# Seen, of a changed flows/load.py in a checkout of `flows`, without `docs`:
#         git, GitPython, dulwich     flows/load.py changed
#         pygit2                      flows/load.py changed, docs/guide.md deleted
# Why it matters: a job that writes a version or a lock file back to a large repository, from a sparse clone as CI makes
# it, pushes the deletion of everything else. It works in a full clone, where it was tried. Add the paths that were written,
# and no others.
. "$(dirname "$0")/lib.sh"
install venv pygit2==1.21.0 GitPython==3.2.1 dulwich==1.2.21
export GIT_CONFIG_GLOBAL="$folder/gitconfig" GIT_CONFIG_NOSYSTEM=1
git config --global user.name team
git config --global user.email team@example.com
git init --quiet --initial-branch main "$folder/origin"
mkdir "$folder/origin/docs" "$folder/origin/flows"
echo guide >"$folder/origin/docs/guide.md"
echo 1 >"$folder/origin/flows/load.py"
git -C "$folder/origin" add .
git -C "$folder/origin" commit --quiet --message one
for name in git GitPython dulwich pygit2; do
    git clone --quiet --sparse "$folder/origin" "$folder/$name"
    git -C "$folder/$name" sparse-checkout set flows
    echo 22 >"$folder/$name/flows/load.py"
done
git -C "$folder/git" add --all
git -C "$folder/git" commit --quiet --message two
cd "$folder"
venv/bin/python - <<'PYTHON'
import git
import pygit2
from dulwich import porcelain

repository = git.Repo("GitPython")
repository.git.add(all=True)
repository.index.commit("two")

porcelain.add("dulwich")
porcelain.commit("dulwich", message="two")

repository = pygit2.Repository("pygit2")
repository.index.add_all()
repository.index.write()
author, tree = repository.default_signature, repository.index.write_tree()
repository.create_commit("HEAD", author, author, "two", tree, [repository.head.target])
PYTHON
for name in git GitPython dulwich pygit2; do
    echo "$name |" $(git -C "$name" show --format= --name-status HEAD) >>seen
done
same <<'TEXT'
git | M flows/load.py
GitPython | M flows/load.py
dulwich | M flows/load.py
pygit2 | D docs/guide.md M flows/load.py
TEXT
