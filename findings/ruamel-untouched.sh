#!/bin/sh
# ruamel.yaml 0.19.1: a round trip changes lines that nobody touched: a commit becomes `.inf`, quotes that matter go.
#
# Behaviour: `YAML()` keeps comments, order, `0644` and `1.10`. Floats are written anew from their value: `12e4567` as
# `.inf`. A text in quotes is written without them if YAML 1.2 needs none, and PyYAML, which reads YAML 1.1, takes it for
# something else. With `preserve_quotes` they stay.
# Seen, of a file in which only `tag` is changed, and what PyYAML 6.0.4 reads there before and after:
#   commit: 12e4567    .inf     '12e4567', inf
#   at: '22:30'        22:30    '22:30', 1350
#   answer: 'yes'      yes      'yes', True
# Why it matters: a bot that raises the tag of an image writes a `prefect.yaml` or a compose file back with it. Prefect
# reads such files with PyYAML: the time of a parameter becomes a number, a flag that was a text is true, a commit is
# infinite, and the line is in the diff only if somebody looks for it. Set `preserve_quotes`, and quote commits.
. "$(dirname "$0")/lib.sh"
install venv ruamel.yaml==0.19.1 pyyaml==6.0.4
"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
from io import StringIO

import yaml
from ruamel.yaml import YAML

LINES = (
    "commit: 12e4567",
    "at: '22:30'",
    "answer: 'yes'",
    "mode: 0644",
    "version: 1.10",
)
for keeps in (None, True):
    editor, written = YAML(), StringIO()
    editor.preserve_quotes = keeps
    document = editor.load("\n".join(["tag: 1", *LINES]))
    document["tag"] = 2
    editor.dump(document, written)
    for before, after in zip(LINES, written.getvalue().splitlines()[1:]):
        values = [next(iter(yaml.safe_load(each).values())) for each in (before, after)]
        name = "preserve_quotes" if keeps else "plain"
        print(name, "|", before, "|", "same" if before == after else f"{after} | {values}")
PYTHON
same <<'TEXT'
plain | commit: 12e4567 | commit: .inf | ['12e4567', inf]
plain | at: '22:30' | at: 22:30 | ['22:30', 1350]
plain | answer: 'yes' | answer: yes | ['yes', True]
plain | mode: 0644 | same
plain | version: 1.10 | same
preserve_quotes | commit: 12e4567 | commit: .inf | ['12e4567', inf]
preserve_quotes | at: '22:30' | same
preserve_quotes | answer: 'yes' | same
preserve_quotes | mode: 0644 | same
preserve_quotes | version: 1.10 | same
TEXT
