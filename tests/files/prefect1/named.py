"""What is named and not called, made without a function, mapped with a mark, or not made at all."""

from prefect import Client, Flow, Parameter, Task, mapped, task, unmapped
from prefect.backend import get_key_value, set_key_value
from prefect.core.parameter import DateTimeParameter
from prefect.run_configs import LocalRun
from prefect.storage import Local
from prefect.tasks.secrets import EnvVarSecret, PrefectSecret


class Shelf(Task):
    """Only classes that extend this one run."""

    def label(self):
        return "shelf"


class Top(Shelf):
    def run(self):
        return self.label()


@task
def items():
    return [1, 2]


@task
def add(x, y=1):
    set_key_value("last-sum", x + y)
    return x + y


@task
def sign():
    return PrefectSecret("SIGNATURE").run(), EnvVarSecret("HOME").run(), get_key_value("Sign Post")


with Flow("named") as flow:
    step = Parameter("step", default=2)
    unused = Parameter("unused")
    first, second = Parameter("first"), Parameter("second", default=3)
    sums = add(mapped(items), step)
    add(1, y=first, upstream_tasks=[sign])
    add(2, y=second, upstream_tasks=[sign])
    add.map(sums, unmapped(4))

with Flow("given") as given:
    add(Parameter("must", default=1, required=True), y=Parameter("may", required=False))
    add(DateTimeParameter("day", default="2026-01-01"), y=DateTimeParameter("end", required=False))

with Flow("bare/flow") as bare:
    for number in range(2):
        bare.add_task(Task(name=f"{number}"))
    bare.add_task(Top())

nothing = Flow("nothing", run_config=LocalRun(labels=["north"]))
nothing.register(project_name="stock")

again = Flow("again")
again.set_dependencies(add, keyword_tasks=dict(x=items))  # noqa: C408


def make(count):
    with Flow("made", storage=Local()) as made:
        add(Parameter("x", default=count))
    return made


if __name__ == "__main__":
    Client().create_project(project_name="stock")
    client = Client()
    client.create_project("shelves")
    make(2).run(parameters={"x": 3})
    state = make(3).run()
    print(state.is_successful())
