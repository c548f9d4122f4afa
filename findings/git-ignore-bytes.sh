#!/bin/sh
# git 2.39 and pathspec 1.1.1: `?` in a .gitignore is one byte for git and one character for pathspec.
#
# Behaviour: git matches names as bytes, so `?.py` ignores `a.py` and not `é.py`, whose name has two bytes, and
# `[é].py` ignores neither `é.py`. pathspec, which most Python tools use for the same patterns, matches characters.
# Seen:   ?.py    git: a.py   pathspec: a.py é.py
#         ??.py   git: é.py   pathspec: none
#         [é].py  git: none   pathspec: é.py
# Why it matters: tools that pack or upload "what git does not ignore" with pathspec send other files than git would
# commit, and a formatter that honours .gitignore touches other files. Names in other scripts differ by more bytes.
. "$(dirname "$0")/lib.sh"
if ! command -v git >"$folder/which"; then
    echo "Needs git." >&2
    exit 77
fi
install venv pathspec==1.1.1
mkdir "$folder/repository"
cd "$folder/repository"
git init --quiet
touch a.py é.py
for pattern in '?.py' '??.py' '[é].py'; do
    printf '%s\n' "$pattern" >.git/info/exclude
    ignored=$(git -c core.excludesFile= -c core.quotePath=off ls-files --others --ignored --exclude-standard |
        tr '\n' ' ')
    echo "$pattern | $ignored| $("$folder/venv/bin/python" - "$pattern" <<'PYTHON'
import sys

import pathspec

print(*pathspec.GitIgnoreSpec.from_lines(sys.argv[1:]).match_files(["a.py", "\u00e9.py"]))
PYTHON
)"
done >"$folder/seen"
same <<'TEXT'
?.py | a.py | a.py é.py
??.py | é.py | 
[é].py | | é.py
TEXT
