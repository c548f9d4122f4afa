#!/bin/sh
# jsonschema 4.26.0 and jsonschema-rs 0.61.2: values that one accepts and the other refuses, under one schema.
#
# Behaviour: both follow draft 2020-12. jsonschema computes `multipleOf` with binary fractions and matches `pattern`
# with Python's `re`; jsonschema-rs computes with decimals and matches as ECMAScript does.
# Seen:   multipleOf 0.01, 1.15       refused by jsonschema
#         pattern ^\d+$, digits of another script   accepted by jsonschema
#         pattern ^\p{Lu}+$           re.error in jsonschema, valid in jsonschema-rs
#         pattern ^\w+$, "é"          accepted by jsonschema
# Why it matters: the faster one is used as a drop-in. A price of 1.15 that a front end takes is refused by a server
# with the other, and a schema that the one has checked is an error in the other. Write `[0-9]`, `[a-z]`, and
# integers of cents.
. "$(dirname "$0")/lib.sh"
install venv jsonschema==4.26.0 jsonschema-rs==0.61.2
"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
import re

import jsonschema
import jsonschema_rs

for schema, value in (({"multipleOf": 0.01}, 1.15), ({"pattern": r"^\d+$"}, "\u0663"),
                      ({"pattern": r"^\w+$"}, "\u00e9"), ({"pattern": r"^\p{Lu}+$"}, "A")):
    try:
        first = jsonschema.Draft202012Validator(schema).is_valid(value)
    except re.error as error:
        first = type(error).__name__
    print(schema, ascii(value), first, jsonschema_rs.Draft202012Validator(schema).is_valid(value))
PYTHON
same <<'TEXT'
{'multipleOf': 0.01} 1.15 False True
{'pattern': '^\\d+$'} '\u0663' True False
{'pattern': '^\\w+$'} '\xe9' True False
{'pattern': '^\\p{Lu}+$'} 'A' error True
TEXT
