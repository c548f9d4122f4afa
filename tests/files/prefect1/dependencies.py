from prefect import Flow, Parameter, case, task
from prefect.engine import signals


@task
def fetch(shop="north"):
    if not shop:
        raise signals.FAIL("no shop is given")
    return [1]


@task
def clean(rows, limit=1):
    try:
        return rows[:limit]
    except TypeError as error:
        raise signals.FAIL(message=str(error)) from error


@task
def store(rows=None, limit=None):
    return rows


with Flow("behind") as behind:
    rows = fetch()
    later = store(
        rows,
    )  # moves
    first = fetch("south")
    kept = clean.map([[1]], upstream_tasks=[rows])
    later.set_upstream([first, kept])
    rows.set_downstream(first)
    last = store(later)
    last.set_upstream(kept, key="limit")

with Flow("by edges") as by_edges:
    a = store()
    b = store()
    c = store()
    by_edges.chain(c, b, a)
    d = store()
    by_edges.set_dependencies(task=d, upstream_tasks=[a, b])

with Flow("inside") as inside:
    rows = fetch()
    with case(rows, [1]):
        one = store()
        two = store(rows)
        one.set_upstream(two)

again = clean.copy(name="clean again")
limit = Parameter("limit", default=3)
bound = Flow("bound")
bound.add_task(fetch)
bound.add_task(again)
again.bind(rows=clean, limit=limit, flow=bound)
clean.bind(rows=fetch, limit=2, flow=bound)
store.set_upstream(again, flow=bound)
store.set_dependencies(flow=bound, keyword_tasks={"limit": limit})


def make(place):
    with Flow("made") as flow:
        default = f"the {place}"
        name = Parameter("shop", default=default)
        store(fetch(name))
    return flow


flow = make("north")

if __name__ == "__main__":
    flow.run(shop="south")

with Flow("added") as added:
    rows = fetch()
    added.add_task(rows)
    added.add_task(store(rows))

with Flow("chained") as chained:
    rows = fetch()
    store(limit=1).set_upstream(rows)
    kept = clean(rows)
    clean.set_dependencies(upstream_tasks=[fetch], keyword_tasks={"rows": rows})
