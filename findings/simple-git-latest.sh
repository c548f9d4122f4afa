#!/bin/sh
# simple-git 4.0.2 (npm): the `latest` of the tags v2.0.0-rc.1 and v2.0.0 is the candidate, also long after the release.
#
# Behaviour: `tags()` sorts by the numbers of the versions, and gives the last as `latest`. Where one name begins with the
# other, or has the same numbers and more, the longer one comes last. Semantic versions say the opposite, as does
# `git tag --sort=version:refname` with `versionsort.suffix`.
# Seen:   v1.9.0 v1.10.0                        latest v1.10.0
#         v2.0.0-rc.1 v2.0.0                    latest v2.0.0-rc.1
#         v2.0.0-rc.2 v2.0.0-rc.10 v2.0.0       latest v2.0.0-rc.10
# Why it matters: `latest` is what release and deploy scripts take to check out, to name an image, and to count up from.
# The candidate is deployed again by the first deploy after the release, and the next version is counted from it. With
# the next release all looks well.
. "$(dirname "$0")/lib.sh"
npm_install simple-git@4.0.2
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.com GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.com
cat >"$folder/latest.js" <<'JS'
const { simpleGit } = require("simple-git");

(async () => console.log("latest", (await simpleGit(process.argv[2]).tags()).latest))();
JS
for tags in "v1.9.0 v1.10.0" "v2.0.0-rc.1 v2.0.0" "v2.0.0-rc.2 v2.0.0-rc.10 v2.0.0" "v2.0.0-rc1 v2.0.0" "v2.0.0-rc.1 v2.0.0 v2.0.1"; do
    rm -rf "$folder/clone"
    git init --quiet "$folder/clone"
    git -C "$folder/clone" commit --quiet --allow-empty --message=one
    for tag in $tags; do git -C "$folder/clone" tag "$tag"; done
    echo "$tags | $(node "$folder/latest.js" "$folder/clone")" >>"$folder/seen"
done
same <<'TEXT'
v1.9.0 v1.10.0 | latest v1.10.0
v2.0.0-rc.1 v2.0.0 | latest v2.0.0-rc.1
v2.0.0-rc.2 v2.0.0-rc.10 v2.0.0 | latest v2.0.0-rc.10
v2.0.0-rc1 v2.0.0 | latest v2.0.0-rc1
v2.0.0-rc.1 v2.0.0 v2.0.1 | latest v2.0.1
TEXT
