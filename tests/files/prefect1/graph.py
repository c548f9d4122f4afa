from datetime import timedelta

from prefect import Flow, Parameter, Task, task


@task
def fetch():
    return 1


@task
def clean(rows=None):
    return rows


@task
def store(rows=None):
    return rows


class Report(Task):
    def __init__(self, title, **kwargs):
        self.title = title
        super().__init__(**kwargs)

    def run(self, rows=None):
        self.logger.info("%s of %s", self.title, self.name)
        return rows


report = Report("Stock", name="report", max_retries=2, retry_delay=timedelta(seconds=5))

with Flow("chained") as chained:
    chained.chain(fetch, clean, store)

with Flow("edges") as edges:
    edges.add_edge(clean, store, key="rows")
    edges.add_edge(fetch, clean)
    edges.add_task(report)

with Flow("declared") as declared:
    declared.add_task(Parameter("shelf count", default=3))
    declared.add_task(Parameter("level"))
    store(fetch())

with Flow("nothing but parameters") as bare:
    bare.add_task(Parameter("level", default=1))

by_hand = Flow("by hand")
by_hand.set_dependencies(store, upstream_tasks=[fetch], keyword_tasks={"rows": clean})
by_hand.set_dependencies(clean, keyword_tasks={"rows": 7})

alone = Flow("alone", tasks=[fetch, report])
alone.run()

with Flow("instances") as instances:
    start = Report("first")
    rows = Report("second")(fetch(), upstream_tasks=[start])
    fetch = fetch(task_args={"name": "fetch again"}, upstream_tasks=[rows])
    store(fetch)
