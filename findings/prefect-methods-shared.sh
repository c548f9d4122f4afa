#!/bin/sh
# Prefect 3.8.8 and 3.9.1: a task or flow that is a method belongs to the instance that was asked for it last.
#
# Behaviour: `first.report` and `second.report` are two objects, and both run with the data of the second instance.
# A method that is kept, submitted later, or handed on works on the data of another instance, without any error.
# Seen:   first, second = Shop("north").report, Shop("south").report
#         first() is "south", second() is "south"; a plain method answers "north"
# Why it matters: classes that hold the settings of a region or a customer, with tasks as methods, are a usual way to
# write flows. Where two of them are prepared and then submitted, all runs work on the data of one. Call a method at
# once where it is looked up, or make it a function with an argument.
. "$(dirname "$0")/lib.sh"
cat >"$folder/look.py" <<'PYTHON'
import logging

import prefect
from prefect import flow, task

logging.disable(logging.CRITICAL)


class Shop:
    def __init__(self, name):
        self.name = name

    @task
    def report(self):
        return self.name

    @flow
    def load(self):
        return self.name

    def plain(self):
        return self.name


north, south = Shop("north"), Shop("south")
for name in ("plain", "report", "load"):
    first, second = getattr(north, name), getattr(south, name)
    print(prefect.__version__, name, first(), second())
PYTHON
see look.py 3.8.8 3.9.1
same <<'TEXT'
3.8.8 plain north south
3.8.8 report south south
3.8.8 load south south
3.9.1 plain north south
3.9.1 report south south
3.9.1 load south south
TEXT
