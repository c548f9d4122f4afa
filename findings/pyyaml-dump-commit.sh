#!/bin/sh
# PyYAML 6.0.4 and ruamel.yaml 0.19.1: a commit such as 1234e56 is written as text and read as a number.
#
# Behaviour: PyYAML follows YAML 1.1, where a number with an exponent needs a point and a sign, so it writes the text
# `1234e56` without quotes. Readers of YAML 1.2, ruamel.yaml among them, take it for a number. The same goes for `08`.
# Seen:   1234e56  1.234e+59     12e4567  infinity     08  8     1234567  stays a text: it is quoted
# Why it matters: short names of commits, tags of images and numbers of builds are put into files for others: values of
# charts, manifests, deployments. Of names of seven characters about one in fifty has this form. That one deploys
# `1.234e+59` or fails, on a day on which nothing else has changed. Put a letter before the commit, or have all texts
# quoted (`default_style='"'`).
. "$(dirname "$0")/lib.sh"
install venv PyYAML==6.0.4 ruamel.yaml==0.19.1
"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
import ruamel.yaml
import yaml

for text in ("1234e56", "12e4567", "08", "1234567"):
    written = yaml.safe_dump({"image": text})
    print(written.strip(), "|", repr(yaml.safe_load(written)["image"]),
          "|", repr(ruamel.yaml.YAML(typ="safe").load(written)["image"]))
PYTHON
same <<'TEXT'
image: 1234e56 | '1234e56' | 1.234e+59
image: 12e4567 | '12e4567' | inf
image: 08 | '08' | 8
image: '1234567' | '1234567' | '1234567'
TEXT
