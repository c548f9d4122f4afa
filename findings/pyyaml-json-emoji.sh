#!/bin/sh
# PyYAML 6.0.4: JSON with an emoji in it is read into text that cannot be written.
#
# Behaviour: JSON writes characters beyond 16 bits as two escapes, `\ud83d\ude80`, and `json.dumps` does so by default.
# PyYAML makes two lone surrogates of them in place of one character. Its loader on libyaml (CSafeLoader) refuses them.
# Seen:   safe_load   UnicodeEncodeError when the value is encoded
#         CSafeLoader ScannerError
#         json.loads  1 character
# Why it matters: "JSON is YAML", so tools read `*.json` and generated project files with a YAML loader, and templates
# put `tojson` into YAML. A description or a tag with an emoji loads well and breaks far away, in an HTTP client, a
# database or a hash. Generate with `ensure_ascii=False`.
. "$(dirname "$0")/lib.sh"
install venv PyYAML==6.0.4
"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
import json

import yaml

TEXT = json.dumps({"description": "\N{ROCKET}"})
for name, load in (("json.loads", json.loads), ("safe_load", yaml.safe_load),
                   ("CSafeLoader", lambda text: yaml.load(text, yaml.CSafeLoader))):
    try:
        value = load(TEXT)["description"]
        print(name, len(value), "characters", len(value.encode()), "bytes")
    except (UnicodeEncodeError, yaml.YAMLError) as error:
        print(name, type(error).__name__)
PYTHON
same <<'TEXT'
json.loads 1 characters 4 bytes
safe_load UnicodeEncodeError
CSafeLoader ScannerError
TEXT
