#!/bin/sh
# js-yaml 5.5.0 (npm) reads the merge `<<: *defaults` as a key, and writes it so that nobody merges it.
#
# Behaviour: `load` of 5 follows YAML 1.2, which has no merge, where 4 merged; there is no error. `dump` writes the key in
# quotes, and for PyYAML, which merges `<<`, a quoted one is a key like others. With `{schema: YAML11_SCHEMA}`, 5 merges as
# 4 did. yaml 2.9.1 (npm) does not merge without an option either, and writes the key as it was.
# Seen, of an entry with `<<: *defaults`, for its pool:
#         js-yaml 4.1.1      has the pool       written back, PyYAML finds the pool
#         js-yaml 5.5.0      has a key <<       written back, PyYAML finds a key <<, and no pool
#         yaml 2.9.1         has a key <<       written back, PyYAML finds the pool
# Why it matters: a script that sets the version of an image in the file of the deployments goes on working with the new
# js-yaml, and its commit takes pool, tags and parameters away from all entries that merge them. `prefect deploy` ignores
# keys that it does not know, and an entry without a pool goes to the default one. Pin js-yaml, or name the schema.
. "$(dirname "$0")/lib.sh"
npm_install js-yaml@5.5.0
npm_install js-yaml-4@npm:js-yaml@4.1.1
npm_install yaml@2.9.1
install venv pyyaml==6.0.4
cd "$folder"
cat >set.mjs <<'NODE'
import { readFileSync, writeFileSync } from "fs";
import * as five from "js-yaml";
import four from "js-yaml-4";
import yaml from "yaml";

const text = readFileSync("prefect.yaml", "utf8");
for (const [name, load, dump] of [
  ["js-yaml-4", four.load, four.dump],
  ["js-yaml-5", five.load, five.dump],
  ["js-yaml-5-schema", (text) => five.load(text, { schema: five.YAML11_SCHEMA }), five.dump],
  ["yaml", yaml.parse, yaml.stringify],
]) {
  const project = load(text);
  console.log(name, "| reads", Object.keys(project.deployments[0]).join(", "));
  writeFileSync(`${name}.yaml`, dump(project));
}
NODE
cat >prefect.yaml <<'YAML'
definitions:
  defaults: &defaults {work_pool: {name: gpu}}
deployments:
  - name: nightly
    <<: *defaults
YAML
node set.mjs >seen
venv/bin/python - >>seen <<'PYTHON'
import yaml

for name in ("js-yaml-4", "js-yaml-5", "js-yaml-5-schema", "yaml"):
    with open(f"{name}.yaml") as file:
        print(name, "| PyYAML reads what it wrote:", ", ".join(sorted(yaml.safe_load(file)["deployments"][0])))
PYTHON
same <<'TEXT'
js-yaml-4 | reads name, work_pool
js-yaml-5 | reads name, <<
js-yaml-5-schema | reads name, work_pool
yaml | reads name, <<
js-yaml-4 | PyYAML reads what it wrote: name, work_pool
js-yaml-5 | PyYAML reads what it wrote: <<, name
js-yaml-5-schema | PyYAML reads what it wrote: name, work_pool
yaml | PyYAML reads what it wrote: name, work_pool
TEXT
