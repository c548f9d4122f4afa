"""Print, as JSON, what flows of Prefect 3 call, with tasks that only record it; executed by the tests.

Takes a JSON object of the files, each with the numbers of outputs of its tasks by flow. Conditions are
answered both ways, and the calls of all runs are joined.
"""

import inspect
import json
import logging
import os
import sys
import tempfile
from pathlib import Path

import prefect
from prefect import Flow, Task, unmapped
from prefect.blocks.system import Secret


class Value:
    """What a task returned: it knows the tasks that it is made of."""

    def __init__(self, calls=(), outputs=1):
        self.calls, self.outputs = frozenset(calls), outputs

    def derived(self, *others):
        return Value(self.calls.union(*map(calls_in, others)))

    def __iter__(self):
        return iter([self.derived() for _ in range(self.outputs)])

    def __eq__(self, other):
        return RUN.decide((id(self), repr(other)))

    def __bool__(self):
        return RUN.decide()

    def __hash__(self):
        return id(self)

    def __getitem__(self, key):
        return self.derived(key)

    def __add__(self, other):
        return self.derived(other)

    __radd__ = __sub__ = __mul__ = __add__

    def result(self):
        return self


def calls_in(value):
    if isinstance(value, Value):
        return set(value.calls)
    if isinstance(value, unmapped):
        return calls_in(value.value)
    if isinstance(value, dict):
        return {call for item in value.values() for call in calls_in(item)}
    if isinstance(value, (list, tuple, set)):
        return {call for item in value for call in calls_in(item)}
    return set()


class Run:
    """One execution of a flow with answers to its conditions."""

    def __init__(self, answers, outputs):
        self.answers, self.outputs, self.asked, self.calls = [*answers], outputs, 0, []
        self.known = {}

    def decide(self, question=None):
        """An answer; what is asked again is answered alike."""
        if question is not None and question in self.known:
            return self.known[question]
        if self.asked == len(self.answers):
            self.answers.append(True)
        self.asked += 1
        self.known[question] = answer = self.answers[self.asked - 1]
        return answer

    def call(self, task, args, options, wait_for):
        inspect.signature(task.fn).bind(*args, **options)
        taken = calls_in([*args, *options.values(), wait_for])
        self.calls.append((task.name, taken))
        return Value({len(self.calls) - 1}, self.outputs.get(task.name, 1))

    @property
    def pairs(self):
        names = [name for name, _ in self.calls]
        return [
            (name, each if isinstance(each, str) else names[each])
            for name, taken in self.calls
            for each in taken
        ]


RUN = Run((), {})


def recorded(self, *args, return_state=False, wait_for=None, **options):
    return RUN.call(self, args, options, wait_for)


def describe(flow, outputs):
    global RUN
    signature = inspect.signature(flow.fn)
    runs, waiting = [], [[]]
    while waiting:
        answers = waiting.pop()
        RUN = Run(answers, outputs)
        flow.fn(**{name: Value({f"param:{name}"}) for name in signature.parameters})
        runs.append(RUN)
        waiting += [[*RUN.answers[:index], False] for index in range(len(answers), RUN.asked)]
    return {
        "tasks": [sorted(name for name, _ in run.calls) for run in runs],
        "pairs": [sorted(run.pairs) for run in runs],
        "parameters": sorted(
            (name, each.default is each.empty) for name, each in signature.parameters.items()
        ),
    }


def graphs(path, outputs):
    flows = []
    init = Flow.__init__

    def noted(self, *args, **options):
        init(self, *args, **options)
        flows.append(self)

    Flow.__init__ = noted
    with open(path, encoding="utf-8") as opened:
        code = compile(opened.read(), path, "exec")
    exec(code, {"__name__": "flow_file", "__file__": path})
    Flow.__init__ = init
    return {flow.name: describe(flow, outputs.get(flow.name, {})) for flow in flows}


Task.__call__ = Task.submit = Task.map = recorded
Flow.__call__ = lambda self, *args, **options: None
Flow.visualize = lambda self, *args, **options: None
Secret.load = lambda *args, **options: type("Loaded", (), {"get": lambda self: Value()})()
prefect.get_run_logger = lambda: logging.getLogger("flow")
with os.fdopen(os.dup(1), "w") as output, tempfile.TemporaryDirectory() as folder:
    os.dup2(2, 1)  # what the files print is no answer
    files = {path: (Path(path).resolve(), outputs) for path, outputs in json.load(sys.stdin).items()}
    os.chdir(folder)  # what the files write is no part of the checkout
    json.dump({path: graphs(*found) for path, found in files.items()}, output)
