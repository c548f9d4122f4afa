"""Print, as JSON, the graphs that Prefect 1 builds of files; executed with Prefect 1 by the tests.

Parameters are tasks called `param:NAME`. What Prefect adds by itself, such as lists of results and sums of
them, is left out of the graph, and whoever takes it takes what is in it.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

import prefect
from prefect.core.parameter import Parameter
from prefect.tasks.secrets.base import SecretBase

_OWN = {"List", "Tuple", "Dict", "Set", "GetItem", "Constant", "Merge"}


def kind(task):
    if isinstance(task, Parameter):
        return "parameter"
    if isinstance(task, SecretBase):
        return "secret"
    if type(task).__name__ == "CompareValue" or task.name == "as_bool":
        return "condition"
    is_operator = type(task).__module__ == "prefect.tasks.core.operators"
    return "own" if is_operator or type(task).__name__ in _OWN else "task"


def upstream(flow, task):
    for edge in flow.edges_to(task):
        found = edge.upstream_task
        if kind(found) == "own":
            yield from upstream(flow, found)
        elif kind(found) == "task":
            yield found.name, id(found)
        elif kind(found) == "parameter":
            yield f"param:{found.name}", id(found)


def describe(flow):
    tasks = [task for task in flow.tasks if kind(task) == "task"]
    pairs = [(task.name, name) for task in tasks for name, _ in set(upstream(flow, task))]
    return {
        "tasks": sorted(task.name for task in tasks),
        "pairs": sorted(pairs),
        "parameters": sorted((each.name, each.required) for each in flow.parameters()),
        "outputs": {task.name: task.nout for task in tasks if task.nout},
    }


def graphs(path):
    flows = []
    init = prefect.Flow.__init__

    def noted(self, *args, **options):
        init(self, *args, **options)
        flows.append(self)

    prefect.Flow.__init__ = noted
    prefect.Flow.run = lambda self, *args, **options: prefect.engine.state.Success()
    prefect.Flow.register = lambda self, *args, **options: "id"
    prefect.Flow.visualize = lambda self, *args, **options: None
    with open(path, encoding="utf-8") as opened:
        code = compile(opened.read(), path, "exec")
    exec(code, {"__name__": "flow_file", "__file__": path})
    prefect.Flow.__init__ = init
    return {flow.name: describe(flow) for flow in flows}


with os.fdopen(os.dup(1), "w") as output, tempfile.TemporaryDirectory() as folder:
    os.dup2(2, 1)  # what the files print is no answer
    files = {path: Path(path).resolve() for path in sys.argv[1:]}
    os.chdir(folder)  # what the files write is no part of the checkout
    json.dump({path: graphs(found) for path, found in files.items()}, output)
