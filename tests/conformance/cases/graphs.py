"""Flows that are made at random: tasks that fail, are tried again, wait, and take each other's results."""

import random

from _observing import shown
from syntask import allow_failure, flow, task


@task
def _total(number, *upstream):
    if number % 3 == 0:
        raise ValueError(f"{number} is a multiple of three")
    return number + sum(each for each in upstream if isinstance(each, int))


class _Graph:
    """A flow of *size* tasks. Each is called, submitted or mapped, and takes results of those before it."""

    def __init__(self, seed, size=7):
        self._random = random.Random(seed)
        self._size = size
        self.seen = []

    def run(self):
        """What became of each task, and of the flow."""

        @flow
        def main():
            ended = []
            for number in range(1, self._size + 1):
                ended.append(self._start(number, ended))
            self.seen = [self._shown(each) for each in ended]
            return self._random.choice([None, ended, ended[:2], ended[-1]])

        state = main(return_state=True)
        return [self.seen, shown(state)]

    def _start(self, number, before):
        task = _total.with_options(**self._options(number))
        inputs = self._inputs(before)
        waits = self._random.sample(before, min(len(before), self._random.choice([0, 0, 1])))
        how = self._random.choice(["call", "submit", "submit", "map"])
        if how == "call":
            return task(number, *inputs, wait_for=waits, return_state=True)
        if how == "submit":
            return task.submit(number, *inputs, wait_for=waits)
        return task.map([number, number + 1])[0]

    def _options(self, number):
        retries = self._random.choice([0, 0, 1])
        return {"name": f"task-{number}", "retries": retries, "tags": self._random.choice([[], ["a"]])}

    def _inputs(self, before):
        chosen = self._random.sample(before, min(len(before), self._random.choice([0, 1, 2])))
        return [allow_failure(each) if self._random.random() < 0.3 else each for each in chosen]

    def _shown(self, ended):
        if hasattr(ended, "wait"):
            ended.wait()
            ended = ended.state
        result = ended.result(raise_on_failure=False) if ended.is_final() else None
        return [shown(ended), result if isinstance(result, int) else type(result).__name__]


def graphs_of_seven_tasks():
    return [_Graph(seed).run() for seed in range(8)]


def graphs_of_fourteen_tasks():
    return [_Graph(seed, size=14).run() for seed in range(100, 103)]


def _nested(seed, depth):
    """A flow with tasks and subflows below each other, some of which fail and are caught."""
    chance = random.Random(seed)

    @flow(name=f"level-{depth}", retries=chance.choice([0, 0, 1]))
    def level():
        found = [_total.submit(chance.randint(1, 6)) for _ in range(2)]
        if depth:
            inner = _nested(seed * 7 + depth, depth - 1)(return_state=True)
            found.append(inner)
        return chance.choice([found, found[:1], found[-1], None])

    return level


def subflows_below_each_other():
    return [shown(_nested(seed, 2)(return_state=True)) for seed in range(4)]
