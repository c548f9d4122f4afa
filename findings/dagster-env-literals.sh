#!/bin/sh
# Dagster 1.13.29: a component's `{{ env.TAG }}` is read as a Python literal: one commit in fifty is a number.
#
# Behaviour: if a value of a component's YAML is a template and nothing else, its result is evaluated as Python, where
# that is possible, although a variable of the environment is a text. In a field for texts, the number is an error; in one
# for any value, it is used. Quotes around the value of the variable are removed. With a letter before the template,
# all of it stays a text.
# Seen:   TAG=1234abc    '1234abc'        TAG=1234567     ValidationError, or 1234567
#         TAG=3.10       3.1 for any      TAG=1234e56     ValidationError, or 1.234e+59
#         TAG="'key'"    'key', without its quotes, in a field for texts, too
# Why it matters: images are tagged with short names of commits, runtimes are chosen by versions, and passwords come from
# the environment. The deployment works for weeks, and then fails, or another image is asked for, because of a commit's
# name, and a password that begins and ends with a quote is refused. Write `"team/flows:{{ env.TAG }}"`, with the name.
. "$(dirname "$0")/lib.sh"
install venv dagster==1.13.29
"$folder/venv/bin/python" - >"$folder/seen" 2>"$folder/errors" <<'PYTHON' || { cat "$folder/errors" >&2; exit 1; }
import os
from typing import Any

import dagster
from pydantic import ValidationError


class Text(dagster.Model, dagster.Resolvable):
    tag: str


class Anything(dagster.Model, dagster.Resolvable):
    tag: Any


for tag in ("1234abc", "1234567", "1234e56", "3.10", "'key'"):
    os.environ["TAG"] = tag
    for kind in (Text, Anything):
        try:
            print(tag, "|", repr(kind.resolve_from_yaml('tag: "{{ env.TAG }}"')))
        except ValidationError as error:
            print(tag, "|", kind.__name__, type(error).__name__)
    print(tag, "|", repr(Text.resolve_from_yaml('tag: "flows:{{ env.TAG }}"')))
PYTHON
same <<'TEXT'
1234abc | Text(tag='1234abc')
1234abc | Anything(tag='1234abc')
1234abc | Text(tag='flows:1234abc')
1234567 | Text ValidationError
1234567 | Anything(tag=1234567)
1234567 | Text(tag='flows:1234567')
1234e56 | Text ValidationError
1234e56 | Anything(tag=1.234e+59)
1234e56 | Text(tag='flows:1234e56')
3.10 | Text ValidationError
3.10 | Anything(tag=3.1)
3.10 | Text(tag='flows:3.10')
'key' | Text(tag='key')
'key' | Anything(tag='key')
'key' | Text(tag="flows:'key'")
TEXT
