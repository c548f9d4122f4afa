#!/bin/sh
# hydra-core 1.3.8: `date=2026_09_01` on the command line is the number 20260901.
#
# Behaviour: values of overrides that look like numbers become numbers, also where the configuration has a text, and
# underscores between digits are part of a number, as in Python. A zero in front keeps the text.
# Seen, of overrides of texts:
#   date=2026_09_01   int 20260901       date=2026-09-01    str 2026-09-01
#   run=42_1          int 421            run=a42_1          str a42_1
#   version=3.11_2    float 3.112        account=00_42      str 00_42
# Why it matters: dates and numbers of runs are written with underscores in names of folders and tables. The load of
# 2026_09_01 goes to a partition 20260901 that nobody reads, and `42_1` is the run 421, which may exist. Write
# quotes inside of quotes: "date='2026_09_01'".
. "$(dirname "$0")/lib.sh"
install venv hydra-core==1.3.8 omegaconf==2.3.1
cd "$folder"
printf 'date: none\nrun: none\nversion: none\naccount: none\n' >config.yaml
cat >load.py <<'PYTHON'
import hydra


@hydra.main(version_base=None, config_path=".", config_name="config")
def load(config):
    print(*(f"{type(value).__name__} {value}" for value in config.values() if value != "none"))


load()
PYTHON
for override in date=2026_09_01 date=2026-09-01 run=42_1 run=a42_1 version=3.11_2 account=00_42 "date='2026_09_01'"; do
    echo "$override | $(venv/bin/python load.py "$override" hydra.run.dir=. hydra.output_subdir=null)" >>seen
done
same <<'TEXT'
date=2026_09_01 | int 20260901
date=2026-09-01 | str 2026-09-01
run=42_1 | int 421
run=a42_1 | str a42_1
version=3.11_2 | float 3.112
account=00_42 | str 00_42
date='2026_09_01' | str 2026_09_01
TEXT
