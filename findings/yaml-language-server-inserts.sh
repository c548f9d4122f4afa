#!/bin/sh
# yaml-language-server 2.0.0: in a list of mappings, completion inserts what is broken or means something else.
#
# Behaviour: three kinds of proposals come out wrong in an entry of a list.
# 1. A snippet (`defaultSnippets`) with two keys, accepted on the second line of an item: its second key is indented
#    deeper than its first, which is no YAML.
# 2. A key whose only snippet is a mapping, accepted after the dash: the mapping stands beside the key, not below it.
# 3. An example that is a list of mappings: `[object Object]`.
# Seen:   1. `zone: UTC` two blanks deeper than `cron: …`   2. `LEVEL: debug` beside `env:`   3. `- [object Object]`
# Why it matters: entries of lists are most of a file of deployments or jobs. An accepted proposal gives a file that
# does not load, or, in case 2, one that loads without its settings. In a schema, give mappings as snippets to lists
# only, and texts and numbers as examples.
. "$(dirname "$0")/lib.sh"
here=$(dirname "$(readlink -f "$0")")
npm_install yaml-language-server@2.0.0
cat >"$folder/schema.json" <<'JSON'
{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "jobs": {
      "type": "array",
      "items": {
        "type": "object",
        "properties": {
          "name": {"type": "string"},
          "cron": {"type": "string"},
          "zone": {"type": "string"},
          "env": {"type": "object", "defaultSnippets": [{"label": "env", "body": {"LEVEL": "debug"}}]},
          "steps": {"type": ["array", "null"], "examples": [[{"run": "make"}]]}
        }
      },
      "defaultSnippets": [{"label": "nightly", "body": {"cron": "0 6 * * *", "zone": "UTC"}}]
    }
  }
}
JSON
python3 "$here/editor.py" "$folder/node_modules/.bin/yaml-language-server" "$folder/schema.json" >"$folder/seen" <<'CASES'
nightly
=
jobs:
  - name: a
    ‸
--
env
=
jobs:
  - ‸
--
[{"run":"make"}]
=
jobs:
  - name: a
    steps: ‸
--
CASES
same <<'TEXT'
jobs:
  - name: a
    cron: 0 6 * * *
      zone: UTC
--
jobs:
  - env:
    LEVEL: debug
--
jobs:
  - name: a
    steps:
      - [object Object]
--
TEXT
