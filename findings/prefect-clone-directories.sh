#!/bin/sh
# Prefect 3.8.8 and 3.9.1: a clone that is there already keeps the directories of the deployment that made it.
#
# Behaviour: `git_clone` with `directories` checks out only these. Where its folder holds a clone that is sparse, the
# step brings the commit up to date and leaves the directories as they are, whatever the deployment asks for. The name
# of the folder is made of the repository and the branch, so all deployments of a repository share it.
# Seen:   directories: [flows/a]             README flows/a
#         directories: [flows/b]             README flows/a
#         directories: [flows/a, flows/b]    README flows/a
#         no directories                     README flows/a
# Why it matters: with many flows in one repository, each deployment names its part. On a worker that keeps its folder,
# as with `working_dir` or on a volume, only the first of them finds its files; the others fail with a file that does
# not exist, and so does the first when it adds a directory. Which one works differs from worker to worker. Give each
# deployment a `clone_directory_name` of its own (3.9.1), or leave the directories out.
. "$(dirname "$0")/lib.sh"
git init -q -b main "$folder/team"
mkdir -p "$folder/team/flows/a" "$folder/team/flows/b"
touch "$folder/team/README" "$folder/team/flows/a/flow.py" "$folder/team/flows/b/flow.py"
git -C "$folder/team" add .
git -C "$folder/team" -c user.name=team -c user.email=team@example.com commit -q -m flows
cat >"$folder/look.py" <<'PYTHON'
import sys
from pathlib import Path

from prefect import __version__
from prefect.deployments.steps import git_clone

for directories in (["flows/a"], ["flows/b"], ["flows/a", "flows/b"], None):
    made = git_clone(repository=sys.argv[1], branch="main", directories=directories)["directory"]
    files = (path.relative_to(made) for path in Path(made).rglob("*") if path.is_file())
    print(__version__, directories, "|", *sorted(str(file) for file in files if file.parts[0] != ".git"))
PYTHON
export PREFECT_HOME="$folder/home"
for version in 3.8.8 3.9.1; do
    prefect "$version"
    mkdir "$folder/work-$version"
    (cd "$folder/work-$version" && "../$version/bin/python" ../look.py "file://$folder/team") >>"$folder/seen"
done
same <<'TEXT'
3.8.8 ['flows/a'] | README flows/a/flow.py
3.8.8 ['flows/b'] | README flows/a/flow.py
3.8.8 ['flows/a', 'flows/b'] | README flows/a/flow.py
3.8.8 None | README flows/a/flow.py
3.9.1 ['flows/a'] | README flows/a/flow.py
3.9.1 ['flows/b'] | README flows/a/flow.py
3.9.1 ['flows/a', 'flows/b'] | README flows/a/flow.py
3.9.1 None | README flows/a/flow.py
TEXT
