#!/bin/sh
# PyYAML 6.0.3 and 6.0.4: its two loaders read colons and question marks in braces and brackets differently.
#
# Behaviour: `yaml.safe_load` uses a parser in Python, `CSafeLoader` libyaml, in the same package. In a value within
# braces or brackets, the first ends an unquoted text at any `?`, and refuses the rest; libyaml reads on. A key whose
# colon is followed by `,`, `}` or `[` has a value for the first, and is an error for libyaml; ruamel.yaml 0.19.1 takes
# the colon for a part of the key.
# Seen:   {HOOK: https://host/start?team=data}   safe_load error          CSafeLoader the URL   ruamel.yaml the URL
#         [in/??.csv]                            safe_load error          CSafeLoader a text    ruamel.yaml a text
#         {limit:, day: 1}                       safe_load limit: None    CSafeLoader error     ruamel.yaml 'limit:': None
#         {days:[1, 2]}                          safe_load days: [1, 2]   CSafeLoader error     ruamel.yaml error
# Why it matters: prefect.yaml has its environment, parameters and schedules in braces. Prefect uses safe_load; linters,
# editors and tools that are made for large files use libyaml or ruamel.yaml. A hook check that passes says nothing of
# the deployment, and `ruamel.yaml` gives the flow a parameter named `limit:`. Quote values with `?`, and write a blank
# after each colon.
. "$(dirname "$0")/lib.sh"
cat >"$folder/read.py" <<'PYTHON'
import ruamel.yaml
import yaml

LOADERS = {
    "safe_load": yaml.safe_load,
    "CSafeLoader": lambda text: yaml.load(text, yaml.CSafeLoader),
    "ruamel": ruamel.yaml.YAML(typ="safe", pure=True).load,
}
for text in ("{HOOK: https://host/start?team=data}", "[in/??.csv]", "{limit:, day: 1}", "{days:[1, 2]}"):
    for name, load in LOADERS.items():
        try:
            read = load(text)
        except (yaml.YAMLError, ruamel.yaml.YAMLError) as error:
            read = "error: " + error.problem
        print(yaml.__version__, text, "|", name, "|", read)
PYTHON
for version in 6.0.3 6.0.4; do
    install venv "PyYAML==$version" ruamel.yaml==0.19.1
    "$folder/venv/bin/python" "$folder/read.py"
done >"$folder/seen"
same <<'TEXT'
6.0.3 {HOOK: https://host/start?team=data} | safe_load | error: expected ',' or '}', but got '?'
6.0.3 {HOOK: https://host/start?team=data} | CSafeLoader | {'HOOK': 'https://host/start?team=data'}
6.0.3 {HOOK: https://host/start?team=data} | ruamel | {'HOOK': 'https://host/start?team=data'}
6.0.3 [in/??.csv] | safe_load | error: expected ',' or ']', but got '?'
6.0.3 [in/??.csv] | CSafeLoader | ['in/??.csv']
6.0.3 [in/??.csv] | ruamel | ['in/??.csv']
6.0.3 {limit:, day: 1} | safe_load | {'limit': None, 'day': 1}
6.0.3 {limit:, day: 1} | CSafeLoader | error: found unexpected ':'
6.0.3 {limit:, day: 1} | ruamel | {'limit:': None, 'day': 1}
6.0.3 {days:[1, 2]} | safe_load | {'days': [1, 2]}
6.0.3 {days:[1, 2]} | CSafeLoader | error: found unexpected ':'
6.0.3 {days:[1, 2]} | ruamel | error: expected ',' or '}', but got '['
6.0.4 {HOOK: https://host/start?team=data} | safe_load | error: expected ',' or '}', but got '?'
6.0.4 {HOOK: https://host/start?team=data} | CSafeLoader | {'HOOK': 'https://host/start?team=data'}
6.0.4 {HOOK: https://host/start?team=data} | ruamel | {'HOOK': 'https://host/start?team=data'}
6.0.4 [in/??.csv] | safe_load | error: expected ',' or ']', but got '?'
6.0.4 [in/??.csv] | CSafeLoader | ['in/??.csv']
6.0.4 [in/??.csv] | ruamel | ['in/??.csv']
6.0.4 {limit:, day: 1} | safe_load | {'limit': None, 'day': 1}
6.0.4 {limit:, day: 1} | CSafeLoader | error: found unexpected ':'
6.0.4 {limit:, day: 1} | ruamel | {'limit:': None, 'day': 1}
6.0.4 {days:[1, 2]} | safe_load | {'days': [1, 2]}
6.0.4 {days:[1, 2]} | CSafeLoader | error: found unexpected ':'
6.0.4 {days:[1, 2]} | ruamel | error: expected ',' or '}', but got '['
TEXT
