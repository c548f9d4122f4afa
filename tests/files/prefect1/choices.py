"""Branches of which one always runs, and those that are chosen by a value."""

from random import random

from prefect import Flow, Parameter, case, task
from prefect.tasks.control_flow import ifelse, merge, switch


@task
def is_late(hour):
    return hour > 12 or random() < 0.5


@task
def which(hour):
    return "a" if hour else "b"


@task
def wait():
    return "waited"


@task
def go(where="home"):
    return where


@task
def tell(what):
    print(what)


with Flow("cases") as cases:
    hour = Parameter("hour", default=9)
    late = is_late(hour)
    with case(late, True):
        first = wait()
    with case(late, False):
        second = go("work")
    tell(merge(first, second))

with Flow("either") as either:
    hour = Parameter("hour", default=9)
    late = is_late(hour)
    stay = wait()
    leave = go(where="home")
    ifelse(late, stay, leave)
    done = merge(stay, leave)
    tell(done)

with Flow("one of") as one_of:
    kind = which(Parameter("hour"))
    switch(kind, {"a": wait, "b": go("away")})
    ifelse(kind, tell(kind), go())

with Flow("asked") as asked:
    tell("first")
    with case(wait, "waited"):
        tell("waited")
