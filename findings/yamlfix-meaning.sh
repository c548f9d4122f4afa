#!/bin/sh
# yamlfix 1.19.1: the formatter changes what a file says: commands of a folded text run together, texts become numbers.
#
# Behaviour: it removes blank lines, also the ones inside of a text with `>`, where a blank line is the end of a line, and
# inside of one with `|`. It removes quotes, also those that keep a text from being a number or a time. It
# writes `12e4567` as `.inf`. After it has written the file, it reports it as fixed.
# Seen, as PyYAML 6.0.4 reads it, before and after:
#   script: >          'python load.py\npython check.py\n'    'python load.py python check.py\n'
#   at: '22:30'        '22:30'      1350
#   commit: 12e4567    '12e4567'    inf
# Why it matters: it runs before each commit, over all YAML files of a repository, and in that diff, each line is
# only formatted. The second command is from then on an argument of the first, which takes it, or ignores it.
. "$(dirname "$0")/lib.sh"
install venv yamlfix==1.19.1 pyyaml==6.0.4
cat >"$folder/flow.yaml" <<'YAML'
---
script: >
  python load.py

  python check.py
notes: |
  first

  second
at: '22:30'
commit: 12e4567
mode: '0644'
YAML
cp "$folder/flow.yaml" "$folder/before.yaml"
"$folder/venv/bin/yamlfix" "$folder/flow.yaml" >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
"$folder/venv/bin/python" - "$folder/before.yaml" "$folder/flow.yaml" >"$folder/seen" <<'PYTHON'
import sys

import yaml

before, after = (yaml.safe_load(open(path)) for path in sys.argv[1:])
for key in before:
    print(key, "|", repr(before[key]), "|", "same" if before[key] == after[key] else repr(after[key]))
PYTHON
same <<'TEXT'
script | 'python load.py\npython check.py\n' | 'python load.py python check.py\n'
notes | 'first\n\nsecond\n' | 'first\nsecond\n'
at | '22:30' | 1350
commit | '12e4567' | inf
mode | '0644' | same
TEXT
