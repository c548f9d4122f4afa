#!/bin/sh
# fastjsonschema 2.22.3: a schema of draft 2020-12, as pydantic makes them, is read as draft 7, and tuples are not checked.
#
# Behaviour: the package knows the drafts 4, 6 and 7. A schema that names another one in `$schema`, or none, is taken for 7
# without a warning: `prefixItems`, `dependentRequired`, `minContains` and `unevaluatedProperties` are not looked at, nor is
# what stands beside a `$ref`. jsonschema 4.26.0 and jsonschema-rs 0.61.2 reject all of the values below.
# Seen:   tuple[int, str] of pydantic     ["a", 1]    fastjsonschema accepts, the others reject
#                                         [1]         all reject
# Why it matters: the parameter schemas of deployments are such schemas, and this package is chosen to check them fast, at
# the door of a service or in a bot. What it accepts there fails in the run. Use one of the two others.
. "$(dirname "$0")/lib.sh"
install venv fastjsonschema==2.22.3 jsonschema==4.26.0 jsonschema-rs==0.61.2 pydantic==2.13.0
"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
import fastjsonschema
import jsonschema
import jsonschema_rs
from pydantic import TypeAdapter

DRAFT = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
SIZE = {"$defs": {"size": {"type": "integer"}}, "$ref": "#/$defs/size", "maximum": 3}


def accepts(check, *values):
    try:
        return check(*values) is not False
    except (fastjsonschema.JsonSchemaValueException, jsonschema.ValidationError):
        return False


for schema, value in (
    (TypeAdapter(tuple[int, str]).json_schema(), ["a", 1]),
    (TypeAdapter(tuple[int, str]).json_schema(), [1]),
    ({"dependentRequired": {"user": ["password"]}}, {"user": "team"}),
    ({"properties": {"a": {}}, "unevaluatedProperties": False}, {"b": 1}),
    ({"contains": {"const": 1}, "minContains": 2}, [1]),
    (SIZE, 5),
    ({"type": "integer"}, "5"),
):
    whole = {**DRAFT, **schema}
    print(schema, value)
    print("  fastjsonschema", accepts(fastjsonschema.compile(whole), value))
    print("  jsonschema", accepts(jsonschema.validate, value, whole))
    print("  jsonschema-rs", accepts(jsonschema_rs.validator_for(whole).is_valid, value))
PYTHON
same <<'TEXT'
{'maxItems': 2, 'minItems': 2, 'prefixItems': [{'type': 'integer'}, {'type': 'string'}], 'type': 'array'} ['a', 1]
  fastjsonschema True
  jsonschema False
  jsonschema-rs False
{'maxItems': 2, 'minItems': 2, 'prefixItems': [{'type': 'integer'}, {'type': 'string'}], 'type': 'array'} [1]
  fastjsonschema False
  jsonschema False
  jsonschema-rs False
{'dependentRequired': {'user': ['password']}} {'user': 'team'}
  fastjsonschema True
  jsonschema False
  jsonschema-rs False
{'properties': {'a': {}}, 'unevaluatedProperties': False} {'b': 1}
  fastjsonschema True
  jsonschema False
  jsonschema-rs False
{'contains': {'const': 1}, 'minContains': 2} [1]
  fastjsonschema True
  jsonschema False
  jsonschema-rs False
{'$defs': {'size': {'type': 'integer'}}, '$ref': '#/$defs/size', 'maximum': 3} 5
  fastjsonschema True
  jsonschema False
  jsonschema-rs False
{'type': 'integer'} 5
  fastjsonschema False
  jsonschema False
  jsonschema-rs False
TEXT
