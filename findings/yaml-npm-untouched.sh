#!/bin/sh
# yaml 2.9.1 (npm): changing one key of a file rewrites numbers of others: an id loses its last digits.
#
# Behaviour: `parseDocument` keeps comments and order, for tools that edit a file. Numbers that nobody touched are written
# anew from what JavaScript made of them: integers above 2^53 are rounded, leading zeros go, `12e4567` becomes `.inf`. The
# decimals of `1.10` and the form of `0o17` stay. The option `intAsBigInt` keeps the digits of integers.
# Seen, of a file in which only `tag` is changed:
#   project: 12345678901234567890    12345678901234567000        mode: 0644          644
#   commit: 12e4567                  .inf                        account: 00420017   420017
# Why it matters: it is below editors, generators and bots that raise a version in a YAML file of a project. The diff has
# more lines than the one that was meant, in a file that everybody trusts, and the other lines are still valid: an id of
# another project, a mode with other bits, a commit that no longer exists. Quote such values.
. "$(dirname "$0")/lib.sh"
npm_install yaml@2.9.1
cat >"$folder/edit.js" <<'JS'
const YAML = require("yaml");

const LINES = [
  "project: 12345678901234567890",
  "mode: 0644",
  "account: 00420017",
  "commit: 12e4567",
  "share: 0.12345678901234567891",
  "version: 1.10",
  "umask: 0o17",
  "quoted: '00420017'",
];
const text = ["tag: 1", ...LINES, ""].join("\n");
for (const [name, options] of [["plain", {}], ["intAsBigInt", { intAsBigInt: true }]]) {
  const document = YAML.parseDocument(text, options);
  document.set("tag", 2);
  const lines = String(document).split("\n").slice(1);
  LINES.forEach((line, number) => console.log(name, "|", line, "|", lines[number] === line ? "same" : lines[number]));
}
JS
node "$folder/edit.js" >"$folder/seen"
same <<'TEXT'
plain | project: 12345678901234567890 | project: 12345678901234567000
plain | mode: 0644 | mode: 644
plain | account: 00420017 | account: 420017
plain | commit: 12e4567 | commit: .inf
plain | share: 0.12345678901234567891 | share: 0.12345678901234568
plain | version: 1.10 | same
plain | umask: 0o17 | same
plain | quoted: '00420017' | same
intAsBigInt | project: 12345678901234567890 | same
intAsBigInt | mode: 0644 | mode: 644
intAsBigInt | account: 00420017 | account: 420017
intAsBigInt | commit: 12e4567 | commit: .inf
intAsBigInt | share: 0.12345678901234567891 | share: 0.12345678901234568
intAsBigInt | version: 1.10 | same
intAsBigInt | umask: 0o17 | same
intAsBigInt | quoted: '00420017' | same
TEXT
