#!/bin/sh
# yaml-language-server 2.0.0: on a new line of an entry, nothing is offered if the list is not indented.
#
# Behaviour: on a new line of an entry, completion offers the keys of the entry if the dashes of the list are indented
# below its key. If they stand below the first letter of the key, which is the same YAML, it offers a new item only,
# which does not fit there. Once a letter is typed, the keys of the entry are offered in both.
# Seen:   with two blanks before the dash   cron zone        with none   - (array item) object
# Why it matters: `yaml.dump` and the files that `prefect init` writes have lists without indentation. There, asking
# which keys an entry has gives no answer, as if the schema did not know them. Indent lists by two blanks.
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
        "properties": {"name": {"type": "string"}, "cron": {"type": "string"}, "zone": {"type": "string"}}
      }
    }
  }
}
JSON
python3 "$here/editor.py" "$folder/node_modules/.bin/yaml-language-server" "$folder/schema.json" >"$folder/seen" <<'CASES'
?
=
jobs:
  - name: a
    ‸
--
?
=
jobs:
- name: a
  ‸
--
?
=
jobs:
- name: a
  ‸
- name: b
--
?
=
jobs:
- name: a
  c‸
--
CASES
same <<'TEXT'
offered: cron zone
--
offered: - (array item) object
--
offered: - (array item) object
--
offered: cron zone
--
TEXT
