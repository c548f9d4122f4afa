from datetime import timedelta

from prefect import Flow, Task, task
from prefect.engine.results import LocalResult

numbers = [1]


@task(result=LocalResult(), checkpoint=True)
def draw(limit):
    return numbers


@task(result=LocalResult(), cache_for=timedelta(hours=1))
def cached(limit):
    return numbers


class Named(Task):
    def __init__(self, title, **kwargs):
        self.title = title
        super().__init__(**kwargs)

    def run(self):
        return self.title


with Flow("kept") as flow:
    one = draw(1)
    two = draw(1, upstream_tasks=[one])
    cached(1)
    Named("first", result=LocalResult())()
    Named("second", result=LocalResult())()
