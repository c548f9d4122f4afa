from prefect import Flow, Parameter, case, task, unmapped
from prefect.tasks.control_flow import merge


@task
def orders():
    return [1, 2]


@task
def load(orders):
    return orders


@task
def load_all():
    return [3]


@task
def report(loaded, title=""):
    return len(loaded)


@task
def send(text):
    print(text)


@task
def check(loaded, found=0):
    print(loaded, found)


with Flow("guards") as flow:
    mode = Parameter("mode", default="new")
    found = orders()
    with case(mode, "new"):
        loaded = load(found)
        # What is loaded is reported.
    text = report(
        loaded,
        title="new",
    )
    send(text)
    check(found)

    with case(mode, "all"):
        everything = load_all()

    check.map(everything, unmapped(found))
    either = merge(loaded, everything, checkpoint=False)
    check(either, upstream_tasks=[text])

with Flow("same") as same:
    mode = Parameter("mode")
    items = orders()
    with case(mode, "all"):
        first = load(items)
    with case(mode, "new"):
        second = items
    items = merge(first, second)
    items = check(items)
    send(items)

with Flow("inner") as inner:
    is_new = Parameter("is_new", default=True)
    with case(orders(), 1):
        found = orders()
        with case(is_new, True):
            loaded = load(found)
        with case(is_new, False):
            everything = load_all()
        either = merge(loaded, everything)
        check(report(found), 3)
        check(either)
