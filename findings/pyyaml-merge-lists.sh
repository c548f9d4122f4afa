#!/bin/sh
# PyYAML 6.0.3 and 6.0.4: which mapping of `<<: [*a, *b]` wins.
#
# Behaviour: the YAML merge type says that the first mapping of the list wins, and PyYAML 6.0.3 does so for every
# key. In 6.0.4 the last one wins for keys of two characters and more, and the first still for keys of one: a list of
# merges is made free of doubles by the identity of the keys' texts, and CPython shares texts of one character.
# Seen:   6.0.3  {'k': 1, 'key': 1}
#         6.0.4  {'k': 1, 'key': 2}
# Why it matters: project files share settings through anchors. The same prefect.yaml deploys other schedules, pools
# or limits after an update of a dependency, and no message says so. Write one merge for each anchor, or the keys
# that matter into the mapping itself.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/read.py" <<'PYTHON'
import yaml

TEXT = """
first: &first {k: 1, key: 1}
second: &second {k: 2, key: 2}
merged:
  <<: [*first, *second]
"""
print(yaml.__version__, yaml.safe_load(TEXT)["merged"])
PYTHON
python3 -m venv "$folder/venv"
for version in 6.0.3 6.0.4; do
    "$folder/venv/bin/pip" install --quiet --disable-pip-version-check "PyYAML==$version"
    "$folder/venv/bin/python" "$folder/read.py"
done >"$folder/seen"
cat "$folder/seen"
cat >"$folder/expected" <<'TEXT'
6.0.3 {'k': 1, 'key': 1}
6.0.4 {'k': 1, 'key': 2}
TEXT
if ! diff "$folder/expected" "$folder/seen"; then
    echo "This finding is no longer true." >&2
    exit 1
fi
