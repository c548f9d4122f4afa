#!/bin/sh
# dulwich 1.2.21: its `describe` names another version than git does.
#
# Behaviour: git takes annotated tags only, unless it is told otherwise, and counts all commits that the tag lacks.
# dulwich takes any tag, and counts the commits that it meets before the tag, newest first: where the tag is on a branch
# that has been merged, older commits beside it are left out.
# Seen:   a lightweight tag `nightly` one commit after v1     git v1-1-g…    git --tags nightly    dulwich nightly
#         the merge of a branch that has the tag v2           git v2-3-g…    git --tags v2-3-g…    dulwich v2-2-g…
# Why it matters: versions and tags of images are made of this text. CI has git; images without it, and tools in Python,
# use dulwich, and look for an image `team/flows:v2-2-g…` that nobody has pushed, or publish a version twice. The two
# agree on one branch with annotated tags, where it is tried out. Let one of them name the version.
. "$(dirname "$0")/lib.sh"
install venv dulwich==1.2.21
cd "$folder"
git init -q -b main team
cd team
git config user.name team
git config user.email team@example.com
minute=10
dated() {
    minute=$((minute + 1))
    GIT_AUTHOR_DATE="2026-01-01T06:$minute:00Z" GIT_COMMITTER_DATE="2026-01-01T06:$minute:00Z" git "$@"
}
commit() {
    echo "$1" >"$1"
    git add "$1"
    dated commit -q -m "$1"
}
describe() {
    of_dulwich=$("$folder/venv/bin/python" -c 'from dulwich import porcelain; print(porcelain.describe("."))')
    echo "$1 | git $(git describe) | git --tags $(git describe --tags) | dulwich $of_dulwich" |
        sed 's/-g[0-9a-f]*/-g…/g' >>"$folder/seen"
}
commit one
git tag -a v1 -m v1
describe "one tag"
commit two
describe "a commit later"
git tag nightly
describe "a lightweight tag"
git tag -d nightly >"$folder/deleted"
git switch -q -c release v1
commit three
git tag -a v2 -m v2
git switch -q main
commit four
dated merge -q --no-edit release
describe "a merge"
same <<'TEXT'
one tag | git v1 | git --tags v1 | dulwich v1
a commit later | git v1-1-g… | git --tags v1-1-g… | dulwich v1-1-g…
a lightweight tag | git v1-1-g… | git --tags nightly | dulwich nightly
a merge | git v2-3-g… | git --tags v2-3-g… | dulwich v2-2-g…
TEXT
