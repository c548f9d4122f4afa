#!/bin/sh
# pydantic 2.11, 2.12, 2.13 and 2.14: the JSON schema of a Decimal has a pattern in some releases and none in others.
#
# Behaviour: a Decimal is "a number or a string". 2.12 and 2.13 limit the string to a pattern of digits; 2.11.10 and
# 2.14.4 take any.
# Seen:   2.11.10 any string; 2.12.5 and 2.13.0 with a pattern; 2.14.4 any string
# Why it matters: schemas that are generated from code are stored and compared: parameters of deployments, OpenAPI
# files, contracts in a repository. An update or a downgrade of pydantic shows as a change of every one that has an
# amount of money, and what an API in between refuses ("12,50") is accepted again, to fail when it is used.
. "$(dirname "$0")/lib.sh"
for version in 2.11.10 2.12.5 2.13.0 2.14.4; do
    install "$version" "pydantic==$version"
    "$folder/$version/bin/python" - >>"$folder/seen" <<'PYTHON'
from decimal import Decimal

import pydantic

number, text = pydantic.TypeAdapter(Decimal).json_schema()["anyOf"]
print(pydantic.VERSION, number, text)
PYTHON
done
same <<'TEXT'
2.11.10 {'type': 'number'} {'type': 'string'}
2.12.5 {'type': 'number'} {'pattern': '^(?!^[-+.]*$)[+-]?0*\\d*\\.?\\d*$', 'type': 'string'}
2.13.0 {'type': 'number'} {'pattern': '^(?!^[-+.]*$)[+-]?0*\\d*\\.?\\d*$', 'type': 'string'}
2.14.4 {'type': 'number'} {'type': 'string'}
TEXT
