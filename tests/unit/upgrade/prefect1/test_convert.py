"""Files of Prefect 1 and what becomes of them: a file put into `tests/files/prefect1` is tested.

Beside it stands a `.txt` with the new text and the messages. `pytest --update` writes it anew: review the
diff like code.
"""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from syntask_yaml.cli.views.diagnostics import lines
from syntask_yaml.upgrade.prefect1.convert import Prefect1File, Prefect1Options, convert_file
from syntask_yaml.upgrade.prefect1.draft import MARK

FILES = Path(__file__).parents[3] / "files" / "prefect1"
HEAD = "from prefect import Flow, task\n\n\n@task\ndef t():\n    return 1\n\n\n"
FLOW = 'with Flow("f") as flow:\n    t()\n'


def converted(text: str, options: Prefect1Options | None = None) -> Prefect1File:
    found = convert_file("flows.py", text, options)
    assert found is not None
    return found


def codes(found: Prefect1File) -> set[str]:
    return {problem.code for problem in found.problems if not problem.is_note}


@pytest.mark.parametrize("file", sorted(FILES.glob("*.py")), ids=lambda file: file.stem)
def test_a_file_of_prefect_1(file: Path, request: pytest.FixtureRequest) -> None:
    found = converted(
        file.read_text(encoding="utf-8"), Prefect1Options(submits=file.stem.startswith("submitted"))
    )
    messages = (click.unstyle(line) for problem in found.problems for line in lines(problem))
    entries = (f"{flow.name}: {flow.deployment}\n" for flow in found.flows if flow.deployment)
    text = "".join([found.text, "-" * 20, "\n", *entries, *(f"{line}\n" for line in messages)])

    expected = file.with_suffix(".txt")
    if request.config.getoption("--update"):
        expected.write_text(text, encoding="utf-8")
    assert expected.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("file", sorted(FILES.glob("*.py")), ids=lambda file: file.stem)
def test_a_second_run_changes_nothing(file: Path) -> None:
    once = converted(file.read_text(encoding="utf-8"))
    twice = convert_file("flows.py", once.text)

    assert twice is None or (twice.text, twice.todos) == (once.text, once.todos)


@pytest.mark.parametrize("file", sorted(FILES.glob("*.py")), ids=lambda file: file.stem)
def test_every_todo_is_reported_and_every_report_is_a_todo(file: Path) -> None:
    found = converted(file.read_text(encoding="utf-8"))
    marked = re.findall(re.escape(MARK) + r"([\w-]+)\)", found.text)

    assert sorted(f"p1-{code}" for code in marked) == sorted(
        problem.code for problem in found.problems if not problem.is_note
    )


@pytest.mark.parametrize(
    "text",
    [
        "import os\n",
        "from prefect import flow, task\n\n\n@task(retries=2)\ndef t():\n    pass\n",
        "from prefect import task\n\n\n@task\ndef t():\n    pass\n",
        "from prefect import Flow\n\n\ndef run(flow: Flow):\n    flow()\n",
        "class Flow:\n    pass\n\n\nFlow('x')\n",
        "from prefect.context import get_run_context\n\nget_run_context()\n",
        "from prefect import Flow\nfrom prefect.schedules import Schedule\n\nSchedule(cron='0 6 * * *')\n",
        "from prefect import Flow\n\nFlow(name='f', fn=print)\n",
        "from prefect import Flow, flow\nfrom prefect.engine import run\n\nclass Own(Flow):\n    pass\n",
        "from prefect import Flow, task\nfrom prefect.runtime import flow_run\n\ntask(max_retries=1)\n",
        "from prefect.cli._prompts import search_for_flow_functions\n\nsearch_for_flow_functions()\n",
        "print 'prefect'\n",
    ],
)
def test_what_is_not_of_prefect_1_is_left_alone(text: str) -> None:
    assert convert_file("flows.py", text) is None


def test_a_file_with_tasks_only_is_told_by_their_options() -> None:
    text = "from prefect import task\n\n\n@task(max_retries=2)\ndef t():\n    pass\n"
    assert "@task(retries=2)\n" in converted(text).text


def test_a_name_of_a_comprehension_hides_an_import() -> None:
    """What is gone is marked where the import itself is meant."""
    text = f"from prefect import storage\n{HEAD}names = [storage.name for storage in []]\n{FLOW}"
    assert "\n\nnames = [storage.name" in converted(text).text
    assert "TODO" in converted(text.replace("for storage in", "for each in")).text


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("indent", ["    ", "\t"])
def test_line_ends_marks_and_tabs_stay(newline: str, mark: str, indent: str) -> None:
    text = mark + (HEAD + FLOW).replace("    ", indent).replace("\n", newline)
    found = converted(text).text

    assert found.startswith(f"{mark}from prefect import task, flow{newline}")
    assert found.endswith(f'@flow(name="f"){newline}def f():{newline}{indent}t(){newline}')
    assert found.count("\n") == found.count(newline)


def test_form_feeds_and_strange_line_separators_stay() -> None:
    text = HEAD + "\f\nnote = 'a\u2028b\x0b'\n" + FLOW
    assert "\f\nnote = 'a\u2028b\x0b'\n@flow" in converted(text).text


def test_a_parameter_that_is_a_keyword_gets_another_name() -> None:
    text = HEAD.replace("Flow, task", "Flow, Parameter, task").replace("t():", "t(x):")

    found = converted(text + 'with Flow("f") as flow:\n    t(Parameter("class", default=1))\n')

    assert found.text.endswith('@flow(name="f")\ndef f(class_=1):\n    t(class_)\n')
    assert "is now `class_`" in found.problems[0].detail


@pytest.mark.parametrize("name", ["model_config", "wait_for", "_private"])
def test_a_parameter_that_prefect_3_refuses_gets_another_name(name: str) -> None:
    text = f'{HEAD}with Flow("f") as flow:\n    t(Parameter("{name}", default=1))\nflow.run({name}=2)\n'

    found = converted(text.replace("Flow, task", "Flow, Parameter, task").replace("t():", "t(x):"))

    other = name.strip("_") if name.startswith("_") else f"{name}_"
    assert f"def f({other}=1):\n    t({other})\n" in found.text
    assert f"f({other}=2)" in found.text
    assert "Prefect 3 refuses that name" in found.problems[0].detail


def test_python_2_is_reported_and_left() -> None:
    text = HEAD + FLOW + "print 'done'\n"
    found = converted(text)
    assert (found.is_left, found.text, codes(found)) == (True, text, {"p1-not-python"})


def test_a_body_on_the_line_of_its_head_is_converted() -> None:
    text = f"{HEAD}from prefect import Parameter\nwith Flow('f') as flow: t(); t(Parameter('x', 1))\n"
    assert "def f(x=1): t(); t(x)\n" in converted(text).text


def test_a_task_that_is_named_twice_on_the_line_of_the_head_is_called_there() -> None:
    text = f"{HEAD}@task\ndef u(x):\n    return x\n\n\nwith Flow('f') as flow: u(t); u(t)\n"
    assert "def f(): t_result = t(); u(t_result); u(t_result)\n" in converted(text).text


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        ('with Flow("f") as flow:\n    pass\nflow.run()\n', 'if __name__ == "__main__":\n    f()\n'),
        ('with Flow("f") as x:\n    pass\ndef go():\n    x.run(a=1)\n', "def go():\n    f(a=1)\n"),
        ('with Flow("f") as x:\n    pass\ngo(x)\n', "go(f)\n"),
        (
            'with Flow("f") as x:\n    pass\nassert x.run().is_successful()\n',
            "assert f(return_state=True).is_completed()\n",
        ),
        (
            'x = Flow("f")\nwith x:\n    t()\nx.run()\n',
            'def f():\n    t()\nif __name__ == "__main__":\n    f()\n',
        ),
        ('with Flow("f") as x:\n    t()\nx.run(); print(1)\n', "\nf(); print(1)\n"),
        ('with Flow("sum") as x:\n    t()\n', "def sum_flow():\n    t()\n"),
        ('from prefect import *\nwith Flow("f") as x:\n    t(Parameter("p"))\n', "def f(p):\n    t(p)\n"),
        (
            "def again(x):\n    return t.run(x), t.map([x])\n" + FLOW,
            "    return t.fn(x), t.map([x]).result()\n",
        ),
        ("def go(t):\n    return t.run()\n" + FLOW, "    return t.run()\n"),
        ('with Flow("7 up") as x:\n    t()\n', '@flow(name="7 up")\ndef flow_7_up():\n    t()\n'),
        ('with Flow("t") as x:\n    t()\n', '@flow(name="t")\ndef t_flow():\n    t()\n'),
        ('with Flow("f") as x:\n    t = t()\n    t2 = t\n', "    t_result = t()\n    t2 = t_result\n"),
        ('def go():\n    with Flow("f") as flow:\n        t()\n    flow.run()\n', "    f()\n"),
        (
            'def go():\n    with Flow("f") as flow:\n        t()\n    return flow\ngo().run(x=1)\n',
            "go()(x=1)\n",
        ),
        ('with Flow("f") as x:\n    t()\nx = Flow("g")\nx.add_task(t)\n', "def g():\n    t()\n"),
    ],
)
def test_uses_of_a_flow(flow: str, expected: str) -> None:
    found = converted(HEAD + flow)
    assert found.todos == 0, found.text
    assert expected in found.text


@pytest.mark.parametrize(
    ("flow", "code"),
    [
        ('def go():\n    global x\n    with Flow("f") as x:\n        t()\nx.run()\n', "p1-flow"),
        ("class Own(Flow):\n    pass\n", "p1-flow"),
        ('n = 0\nwith Flow("f") as flow:\n    n += 1\n', "p1-body-name"),
        ('def go():\n    with Flow("f") as flow:\n        t()\n    return flow\nprint(go())\n', "p1-flow"),
        ('with Flow("f") as flow:\n    x = t()\nprint(x)\n', "p1-body-name"),
        ('with Flow("f") as flow:\n    t.map()\n', "p1-map"),
        ('with Flow("f") as flow:\n    for _ in "ab":\n        t(t)\n', "p1-dependency"),
        ('with Flow("f") as flow:\n    t().set_upstream(t())\n', "p1-dependency"),
        ('with Flow("f") as flow:\n    t()\nprint(flow.tasks)\n', "p1-flow-method"),
        (
            "from prefect.backend import get_key_value\ntry:\n    get_key_value('k')\nexcept ValueError:\n"
            '    pass\nwith Flow("f") as flow:\n    t()\n',
            "p1-variable",
        ),
        (
            'from prefect.backend import set_key_value\nid = set_key_value("k", 1)\n'
            'with Flow("f") as flow:\n    t()\n',
            "p1-variable",
        ),
        (
            "from prefect import case\nfrom prefect.tasks.control_flow import merge\n"
            'with Flow("f") as flow:\n    x = t()\n    with case(x, True):\n        a = t()\n'
            "    with case(x, False):\n        b = t()\n    merge(a, b)\n",
            "p1-case",
        ),
        (
            'from prefect.tasks.control_flow import ifelse\nwith Flow("f") as flow:\n    x, y = t(), t()\n'
            "    ifelse(t(), x, y)\n",
            "p1-case",
        ),
        ('with Flow(f"{t}/{t}") as flow:\n    t()\n', "p1-flow"),
        (
            'with Flow("f") as flow:\n    t()\nfrom coiled import Cluster\n'
            "from prefect.executors import DaskExecutor\n"
            "flow.run(executor=DaskExecutor(cluster_class=Cluster))\n",
            "p1-executor",
        ),
        (
            'from prefect.environments import LocalEnvironment\nwith Flow("f") as flow:\n    t()\n'
            "flow.environment = LocalEnvironment(on_start=print)\n",
            "p1-run-config",
        ),
        ('flow = Flow("f")\nfill(flow)\n', "p1-dependency"),
        ('with Flow("f") as flow:\n    t.map([1], "ab")\n', "p1-map"),
        (
            'from prefect import case\nwith Flow("f") as flow:\n    with case(t, 1):\n        t()\n'
            "    with case(t, 2):\n        t()\n",
            "p1-case",
        ),
        ('with Flow("f") as flow:\n    t()\nflow.deploy("p", registry_url="r")\n', "p1-deployment"),
        (
            'from prefect import Client\nwith Flow("f") as flow:\n    t()\nClient().create_project("p"), 1\n',
            "p1-client",
        ),
        ('with Flow("f") as flow:\n    t()\nprint(flow.register("p"))\n', "p1-deployment"),
        ('with Flow("f", **options) as flow:\n    t()\n', "p1-flow"),
        ('with Flow("f") as flow:\n    t()\nfor each in [flow]:\n    each.register("p")\n', "p1-deployment"),
        ('def go():\n    with Flow("f") as flow:\n        t()\n    flow.register("p")\n', "p1-deployment"),
        ('with Flow("f") as flow:\n    if t():\n        t = t()\n', "p1-body-name"),
        ('from prefect import mapped\nwith Flow("f") as flow:\n    t(mapped("ab"))\n', "p1-map"),
        ('from prefect import mapped\nwith Flow("f") as flow:\n    t(mapped(), *[1])\n', "p1-map"),
        (
            'from prefect import unmapped\nwith Flow("f") as flow:\n    x = t()\n'
            "    t.map(x=unmapped(value=1), upstream_tasks=[x])\n",
            "p1-map",
        ),
        ('with Flow("f") as flow:\n    [t(t) for _ in "ab"]\n', "p1-dependency"),
        ('u = task(print)\nwith Flow("f") as flow:\n    u(t)\n    t.set_upstream(u)\n', "p1-dependency"),
        (
            "from prefect.tasks.secrets import EnvVarSecret\n"
            f'def read():\n    s = EnvVarSecret("E")\n    return s.run()\n{FLOW}',
            "p1-secret",
        ),
        (
            "from prefect.tasks.secrets import PrefectSecret\nimport os\n"
            'if os.sep:\n    s = PrefectSecret("a")\nelse:\n    s = PrefectSecret("b")\n'
            'with Flow("f") as flow:\n    t(s)\n',
            "p1-secret",
        ),
        (
            "from prefect import Parameter\nimport os\n"
            'with Flow("f") as flow:\n    if os.sep:\n        p = Parameter("p", 1)\n    else:\n'
            '        p = Parameter("p", 2)\n    t(p)\n',
            "p1-parameter",
        ),
        (
            "from prefect import Parameter\nimport os\n"
            'if os.sep:\n    p = Parameter("p", 1)\nelse:\n    p = Parameter("p", 2)\n'
            'with Flow("f") as flow:\n    t(p)\n',
            "p1-parameter",
        ),
        (FLOW + 'flow.name = "g"\n', "p1-flow-method"),
        (
            "from prefect.backend import get_key_value\nfrom contextlib import suppress\n"
            f'with suppress(ValueError):\n    get_key_value("k")\n{FLOW}',
            "p1-variable",
        ),
        (
            f'from prefect.backend import set_key_value\nasync def put():\n    set_key_value("k", 1)\n{FLOW}',
            "p1-variable",
        ),
        (f'from prefect.backend import get_key_value\nget_key_value("--")\n{FLOW}', "p1-variable"),
        (
            'import prefect\nwith Flow("f", result=prefect.engine.results.LocalResult()) as x:\n    t()\n',
            "p1-result",
        ),
    ],
)
def test_what_is_left_to_the_user(flow: str, code: str) -> None:
    assert code in codes(converted(HEAD + flow))


@pytest.mark.parametrize(
    "body",
    [
        "ifelse(c, t(), t(), mapped=True)",
        "switch(c, {1: t()}, mapped=True)",
        "ifelse(c, t(), t()); t()",
        "x = t()\n    y = t()\n    merge(x, y)\n    ifelse(c, x, y)",
        "switch(c, {1: t()}); t()",
        "switch(c, {1: t(), True: t()})",
        "ifelse(c, t(t()), t())",  # the inner call ran in any case
        "ifelse(c, t(u), t())",
        "ifelse(t(u), t(), t())",
        "ifelse(own, t(), t())",  # may be a task
        "x = t(1)\n    y = t(x)\n    x = t(2)\n    ifelse(c, y, t())",
        "with case(t(u), 1):\n        t()",
        "with case(c, True):\n        x = 1\n    with case(c, False):\n        y = t()\n    t(merge(x, y))",
        "with case(d, True):\n        x = t()\n    with case(d, False):\n        y = t()\n    t(merge(x, y))",
        "with case(c, True):\n        x = t()\n    u(t(), x)",  # the inner call ran in any case
        "with case(c, True):\n        x = t()\n    c = u(x)\n    u(c)",  # the condition is another then
        "with case(c, True):\n        x = t()\n    x = u(x)",
        "with case(c, True):\n        x = t()\n    u(x, '''a\nb''')",  # its lines cannot be indented
        "with case(c, True):\n        x = t()\n    print(x)",
        "with case(c, own):\n        x = t()\n    u(x)",
        "with case(c, 1):\n        x = d\n"
        "    d = t()\n    with case(c, 2):\n        y = t()\n    z = merge(x, y)",
    ],
)
def test_a_branch_that_would_not_mean_the_same_is_left(body: str) -> None:
    head = (
        "from prefect import case\nfrom prefect.tasks.control_flow import ifelse, merge, switch\n"
        "from own import changed, own\n"
        "@task\ndef u(x=1):\n    return x > 1\n@task\n@changed\ndef v():\n    return True\n"
    )
    flow = f'with Flow("f") as flow:\n    c = u(2)\n    d = v()\n    {body}\n'
    assert "p1-case" in codes(converted(f"{HEAD}{head}{flow}"))


@pytest.mark.parametrize(
    "text",
    [
        'env = {"A": "1"}\nenv["A"] = "2"\n',
        'env = {"A": "1"}\nenv.update(A="2")\n',
        'env = {"A": "1"}\ndef change():\n    global env\n    env = {}\n',
        "try:\n    from own import env\nexcept ImportError:\n    env = {}\n",
    ],
)
def test_a_value_that_changes_is_not_known(text: str) -> None:
    flow = 'from prefect.run_configs import DockerRun\nwith Flow("f", run_config=DockerRun(env=env)) as f:\n'
    assert codes(converted(f"{HEAD}{text}{flow}    t()\n")) == {"p1-run-config"}


@pytest.mark.parametrize(
    "text",
    [
        "def get(key):\n    return get_key_value(key)\n",
        'def get(key=None):\n    if not key:\n        key = "b"\n    return get_key_value(key)\n',
        '[get_key_value(key) for key in "bc"]\n',
        "lambda key: get_key_value(key)\n",
    ],
)
def test_a_name_of_the_place_hides_that_of_the_file(text: str) -> None:
    found = converted(f'from prefect.backend import get_key_value\nkey = "a"\n{HEAD}{text}{FLOW}')
    assert codes(found) == {"p1-variable"}


def test_a_secret_in_code_is_not_shown() -> None:
    text = HEAD + 'with Flow("f") as flow:\n    t()\nflow.go(password="hush-hush")\n'
    assert "hush-hush" not in "".join(line for problem in converted(text).problems for line in lines(problem))


def test_what_is_not_in_the_project_file_stays_in_the_code() -> None:
    text = HEAD + FLOW + 'flow.register("p")\n'
    found = converted(text, Prefect1Options(keeps_deployments=True))
    assert codes(found) == {"p1-deployment"}
    assert 'flow.register("p")\n' in found.text


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("None", []),
        ('CronSchedule("0 6 * * *")', [{"cron": "0 6 * * *"}]),
        (
            'CronSchedule("0 6 * * *", start_date=pendulum.now(tz="Europe/Rome"))',
            [{"cron": "0 6 * * *", "timezone": "Europe/Rome"}],
        ),
        (
            'IntervalSchedule(pendulum.datetime(2022, 1, 1, tz="Europe/Rome"), timedelta(days=1))',
            [{"interval": 86400, "timezone": "Europe/Rome", "anchor_date": "2022-01-01T00:00:00+01:00"}],
        ),
        (
            "IntervalSchedule(datetime(2022, 1, 1), timedelta(seconds=90))",
            [{"interval": 90, "anchor_date": "2022-01-01T00:00:00+00:00"}],
        ),
        ("IntervalSchedule(datetime.now(), timedelta(minutes=5))", [{"interval": 300}]),
        ("twice", [{"cron": "0 7 * * *"}]),
    ],
)
def test_schedules(schedule: str, expected: list[dict[str, object]]) -> None:
    imports = (
        "import pendulum\nfrom datetime import datetime, timedelta\n"
        "from prefect.schedules import CronSchedule, IntervalSchedule\n"
        'twice = CronSchedule("0 6 * * *")\ntwice = CronSchedule("0 7 * * *")\n'
    )
    found = converted(f'{imports}{HEAD}with Flow("f", schedule={schedule}) as flow:\n    t()\n')

    assert found.todos == 0
    assert found.flows[0].deployment.get("schedules", []) == expected
    assert "prefect.schedules" not in found.text


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ('create_flow_run(flow_name="a b")', False),
        ('t(create_flow_run(flow_name="a b"))', False),
        ('create_flow_run("id")', True),
        ("create_flow_run(flow_name=name())", True),
        ('create_flow_run(flow_name="a b", context={})', True),
        ('create_flow_run.map(flow_name="ab")', True),
        ("wait_for_flow_run(t(), stream_logs=True)", False),
        ("wait_for_flow_run(t(), max_duration=1)", True),
        ("t(wait_for_flow_run(t()))", True),
        ("t(upstream_tasks=[wait_for_flow_run(t())])", False),
        ('StartFlowRun(flow_name="a b")()', False),
        ("StartFlowRun()()", True),
        ('StartFlowRun(flow_name="a b", wait=x)()', True),
        ('t(StartFlowRun(flow_name="a b", wait=True)())', True),
        ('t(StartFlowRun(flow_name="a b")())', False),
    ],
)
def test_a_run_of_another_flow_is_converted_if_it_is_plain(body: str, left: bool) -> None:
    imports = "from prefect.tasks.prefect import StartFlowRun, create_flow_run, wait_for_flow_run\n"
    found = converted(f'{imports}{HEAD}with Flow("f") as flow:\n    {body}\n')

    assert codes(found) == ({"p1-flow-of-flows"} if left else set())
    assert found.runs == (("a b",) if "a b" in body and not left else ())
    assert left or "a b" not in body or '"a b/a-b"' in found.text


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("    a = t()\n    u(1).set_upstream(a)\n", "    a = t()\n    u(1, wait_for=[a])\n"),
        ('    a = t()\n    u().set_upstream(a, key="x")\n', "    a = t()\n    u(x=a)\n"),
        (
            '    x = Parameter("x")\n    u.bind(x=x, flow=flow)\n    t.set_upstream(u)\n',
            "    u_result = u(x=x)\n    t(wait_for=[u_result])\n",
        ),
        ("    u(1).set_upstream(a)\n    a = t()\n", ""),
        ("    u.bind(x=x, flow=flow)\n    x = t()\n", ""),
        ("    x = T()\n    u.bind(x=x, flow=flow)\n", ""),
    ],
)
def test_what_is_said_of_a_call_or_a_task_takes_what_is_set_before(body: str, expected: str) -> None:
    head = HEAD.replace("Flow, task", "Flow, Parameter, task") + "from shop import T\n"
    found = converted(f'{head}@task\ndef u(x=1):\n    return x\n\n\nwith Flow("f") as flow:\n{body}')
    assert found.text.endswith(f":\n{expected}") if expected else codes(found) == {"p1-dependency"}


@pytest.mark.parametrize(("made", "left"), [("T(x)()", True), ("T(1)(x)", False)])
def test_a_parameter_for_a_task_that_is_made_is_left(made: str, left: bool) -> None:
    text = (
        "from prefect import Flow, Parameter, Task\n\n\nclass T(Task):\n    def run(self, x):\n        pass\n"
    )
    found = converted(f'{text}\n\nwith Flow("f") as flow:\n    x = Parameter("x")\n    {made}\n')
    assert codes(found) == ({"p1-parameter"} if left else set())


@pytest.mark.parametrize(
    ("alias", "flow", "left"),
    [
        ("again = t\n", "    u(again)\n", True),
        ("first = t\nagain = first\n", "    u(again)\n", True),
        ("again = t if t else u\n", "    u(again)\n", True),
        ("again = t\n", "    u(x=[again])\n", True),
        ("again = t\n", "    u(again())\n", False),
        ("again = t.name\n", "    u(again)\n", False),
        ("again = 1\n", "    u(again)\n", False),
    ],
)
def test_another_name_of_a_task_that_is_not_called_is_left(alias: str, flow: str, left: bool) -> None:
    text = f'{HEAD}@task\ndef u(x):\n    return x\n\n\n{alias}with Flow("f") as flow:\n{flow}'
    assert codes(converted(text)) == ({"p1-dependency"} if left else set())


def test_what_registration_read_from_the_environment_is_a_template() -> None:
    head = 'import os\nfrom prefect.run_configs import KubernetesRun\n\nTAG = os.environ["TAG"]\n'
    run = 'KubernetesRun(image=f"shop:{TAG}", env={"MODE": os.getenv("MODE", "x")})'
    found = converted(f'{head}{HEAD}with Flow("f", run_config={run}) as flow:\n    t()\n')

    assert found.todos == 0
    assert found.flows[0].deployment["infrastructure"] == {
        "_block_type_slug": "kubernetes-job",
        "image": "shop:{{ $TAG }}",
        "env": {"MODE": '{{ $MODE | default("x") }}'},
    }
    assert "environ" not in found.text


@pytest.mark.parametrize("read", ['Secret("ACCOUNT").get()', 'prefect.context.secrets["ACCOUNT"]'])
def test_a_secret_that_registration_read_is_a_block_of_the_entry(read: str) -> None:
    head = "import prefect\nfrom prefect.client import Secret\nfrom prefect.run_configs import ECSRun\n\n"
    run = 'ECSRun(image=f"{ACCOUNT}.example.com/shop", env={"KEY": ACCOUNT})'
    flow = f'with Flow("f", run_config={run}) as flow:\n    t()\n'
    found = converted(f"{head}ACCOUNT = {read}\n{HEAD}{flow}")

    assert found.todos == 0
    assert found.flows[0].deployment["infrastructure"] == {
        "_block_type_slug": "ecs-task",
        "image": "{{ prefect.blocks.secret.account }}.example.com/shop",
        "env": {"KEY": "{{ prefect.blocks.secret.account }}"},
    }
    assert found.secrets == ("account",)
    assert any("before 3.7" in problem.detail for problem in found.problems)
    assert "Secret" not in found.text  # it would be read for each import of the file


def test_a_secret_that_tasks_read_too_stays_in_the_code() -> None:
    head = "from prefect.client import Secret\nfrom prefect.run_configs import ECSRun\n\n"
    flow = 'with Flow("f", run_config=ECSRun(image=NAME)) as flow:\n    t(NAME)\n'
    found = converted(f'{head}NAME = Secret("NAME").get()\n{HEAD}{flow}')

    assert found.todos == 0
    assert 'NAME = Secret.load("name").get()' in found.text
    assert not found.problems  # all of a text is its secret, as every worker resolves it


def test_a_secret_in_a_storage_is_left() -> None:
    head = "from prefect.client import Secret\nfrom prefect.storage.s3 import S3\n\n"
    flow = 'NAME = Secret("NAME").get()\nwith Flow("f", storage=S3(bucket=NAME)) as flow:\n    t()\n'
    assert codes(converted(f"{head}{HEAD}{flow}")) == {"p1-storage"}


@pytest.mark.parametrize("host", ["https://user:hush-hush@git.example", "user:hush-hush@git.example"])
def test_the_login_in_the_address_of_a_storage_goes_into_no_entry(host: str) -> None:
    head = "from prefect.storage import Git\n\n"
    flow = f'with Flow("f", storage=Git(repo="a/b", repo_host="{host}")) as flow:\n    t()\n'
    found = converted(f"{head}{HEAD}{flow}")

    assert codes(found) == {"p1-storage"}
    assert "hush-hush" not in str([flow.deployment for flow in found.flows])
    if "://" in host:
        assert "hush-hush" not in "".join(line for each in found.problems for line in lines(each))


@pytest.mark.parametrize("name", ["NAME", 'f"{NAME}"'])
def test_a_parameter_that_is_added_under_a_computed_name_is_left(name: str) -> None:
    flow = f'with Flow("f") as flow:\n    flow.add_task(Parameter({name}))\n    t()\n'
    found = converted(f"from prefect import Parameter\n{HEAD}{flow}")

    assert codes(found) == {"p1-parameter"}
    assert f"flow.add_task(Parameter({name}))" in found.text


def test_what_told_a_storage_of_its_flow_is_left_out() -> None:
    head = 'from prefect.storage import Docker\n\nstorage = Docker(image_name="shop")\n'
    flow = 'with Flow("f", storage=storage) as flow:\n    t()\n\nstorage.add_flow(flow)\n'
    found = converted(f'{head}{HEAD}{flow}flow.register("shop", build=False)\n')

    assert found.todos == 0
    assert "add_flow" not in found.text
    assert codes(converted(f"{head}{HEAD}{flow}storage.build()\n")) == {"p1-storage"}


def test_a_storage_that_is_not_converted_keeps_what_told_it_of_its_flow() -> None:
    head = 'import os\nfrom prefect.storage.s3 import S3\n\nstorage = S3(bucket=os.environ["BUCKET"])\n'
    flow = 'with Flow("f", storage=storage) as flow:\n    t()\n\nstorage.add_flow(flow)\n'
    found = converted(f"{head}{HEAD}{flow}")

    assert codes(found) == {"p1-storage"}
    assert "storage.add_flow(" in found.text


def test_a_storage_of_another_module_keeps_what_told_it_of_its_flow() -> None:
    head = 'from prefect.storage import Module\n\nstorage = Module("shop.other")\n'
    flow = 'with Flow("f", storage=storage) as flow:\n    t()\n\nstorage.add_flow(flow)\n'
    found = converted(f"{head}{HEAD}{flow}")

    assert codes(found) == {"p1-storage"}
    assert "storage.add_flow(" in found.text


def test_a_registration_whose_id_nobody_reads_is_one() -> None:
    flow = 'with Flow("f") as flow:\n    t()\n\nnumber = flow.register("shop")\n'
    found = converted(f"{HEAD}{flow}")

    assert found.todos == 0
    assert found.flows[0].deployment["tags"] == ["project:shop"]
    assert codes(converted(f"{HEAD}{flow}print(number)\n")) == {"p1-deployment"}


def test_a_storage_from_the_environment_is_left() -> None:
    head = "import os\nfrom prefect.storage.s3 import S3\n"
    flow = 'with Flow("f", storage=S3(bucket=os.environ["BUCKET"])) as flow:\n    t()\n'
    assert codes(converted(f"{head}{HEAD}{flow}")) == {"p1-storage"}
    assert converted(f"{head}{HEAD}{flow}".replace('os.environ["BUCKET"]', '"b"')).todos == 0


def test_labels_of_the_machine_are_no_part_of_a_queue() -> None:
    options = 'project_name="p", labels=["a"], add_default_labels=False'
    found = converted(f'{HEAD}with Flow("f") as flow:\n    t()\nflow.register({options})\n')
    assert found.todos == 0
    assert found.flows[0].deployment["work_queue_name"] == "a"


@pytest.mark.parametrize(
    "labels", ['["a", os.environ["LABEL"]]', "labels()", '[each for each in ("a",)]', '["a"] if t else None']
)
def test_labels_that_are_computed_are_left(labels: str) -> None:
    """They choose the queue: an entry without it would be served by other workers."""
    flow = f'with Flow("f") as flow:\n    t()\nflow.register("p", labels={labels})\n'
    found = converted(f"import os\n{HEAD}{flow}")

    assert codes(found) == {"p1-deployment"}
    assert f"labels={labels}" in found.text
    assert found.flows[0].deployment == {}


@pytest.mark.parametrize(
    ("again", "todos"), [("", 0), ('"p", labels=["a"], build=False', 0), ('"p", labels=["b"]', 1), ('"q"', 1)]
)
def test_what_is_registered_in_several_ways_has_no_entry_for_each(again: str, todos: int) -> None:
    """One entry has one queue and one project: the labels of both would be a queue that nobody serves."""
    flow = 'with Flow("f") as flow:\n    t()\nflow.register("p", labels=["a"])\n'
    found = converted(f"{HEAD}{flow}" + (f"flow.register({again})\n" if again else ""))

    assert found.todos == todos
    assert found.flows[0].deployment["work_queue_name"] == "a"
    assert found.flows[0].deployment["tags"] == ["project:p"]
    assert (f"flow.register({again})" in found.text) is bool(todos)


@pytest.mark.parametrize(
    ("flow", "options", "noted"),
    [
        ("    t()\n    t()\n", Prefect1Options(), True),
        ("    x = t()\n    t(upstream_tasks=[x])\n", Prefect1Options(), False),
        ("    x = t()\n    y = [x]\n    t(y)\n", Prefect1Options(), False),
        ("    t()\n    t()\n", Prefect1Options(submits=True), False),
    ],
)
def test_calls_that_ran_at_the_same_time_are_told(flow: str, options: Prefect1Options, noted: bool) -> None:
    head = "from prefect.executors import LocalDaskExecutor\n"
    found = converted(f'{head}{HEAD}with Flow("f", executor=LocalDaskExecutor()) as flow:\n{flow}', options)
    assert any("ran concurrently" in problem.detail for problem in found.problems) is noted


@pytest.mark.parametrize(("option", "noted"), [("", True), ("run_on_schedule=False", False)])
def test_a_run_that_waited_for_its_schedule_is_told(option: str, noted: bool) -> None:
    flow = f'with Flow("f", schedule=CronSchedule("0 6 * * *")) as flow:\n    t()\nflow.run({option})\n'
    found = converted(f"from prefect.schedules import CronSchedule\n{HEAD}{flow}")
    assert any("runs it once now" in problem.detail for problem in found.problems) is noted
    assert found.todos == 0


def test_flows_of_one_name_in_any_number_are_converted() -> None:
    text = HEAD + "".join(f'with Flow("f") as f{number}:\n    t()\n' for number in range(120))

    assert len({flow.function for flow in converted(text).flows}) == 120


def test_futures_of_branches_are_left() -> None:
    flow = 'with Flow("f") as flow:\n    c = t()\n    with case(c, 1):\n        x = t()\n    t(x)\n'
    text = f"from prefect import case\n{HEAD}{flow}"

    assert codes(converted(text)) == set()
    assert codes(converted(text, Prefect1Options(submits=True))) == {"p1-case"}


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ('"{x} {y:>3}"', '"{x} {y:>3}"'),
        ("named", "lambda: named(**runtime.task_run.parameters)"),
        ("lambda **kw: kw['y']", "lambda: (lambda **kw: kw['y'])(**runtime.task_run.parameters)"),
        ('"{x} {flow_name}"', ""),
        ('"{x"', ""),
        ("lambda **kw: kw['date']", ""),
        ("lambda **kw: str(kw)", ""),
        ("lambda x: x", ""),  # Prefect 1 called it with everything that it knew
        ("other", ""),
    ],
)
def test_names_of_runs_are_made_of_the_arguments(option: str, expected: str) -> None:
    head = "from prefect import Flow, task\nfrom own import other\ndef named(x, **known):\n    return x\n"
    found = converted(f"{head}@task(task_run_name={option})\ndef t(x, y=1):\n    return x\n{FLOW}")

    assert f"@task(task_run_name={expected or option})\n" in found.text
    assert codes(found) == (set() if expected else {"p1-task-option"})


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        ('signals.SUCCESS("done", result=[1])', "return [1]"),
        ("signals.SUCCESS(result=(1, 2))", "return (1, 2)"),
        ('signals.SUCCESS("done")', 'return Completed(message="done")'),
        ("signals.SUCCESS", "return Completed()"),
        ("signals.SUCCESS(result=1, context={})", ""),
        ("signals.SKIP(result=1)", ""),
    ],
)
def test_a_signal_of_success_returns_its_result(raised: str, expected: str) -> None:
    task = f"@task\ndef t():\n    raise {raised}\n"
    found = converted(f"from prefect import Flow, task\nfrom prefect.engine import signals\n{task}{FLOW}")

    assert f"    {expected or f'raise {raised}'}\n" in found.text
    assert codes(found) == (set() if expected else {"p1-signal"})


def test_what_a_call_waits_for_is_written_in_front_of_the_comment_behind_its_last_argument() -> None:
    flow = (
        'with Flow("f") as flow:\n    a = t()\n    b = t(\n        x=1,  # one, and\n        # more\n    )\n'
    )
    found = converted(f"{HEAD.replace('t()', 't(x=0)')}{flow}    b.set_upstream(a)\n")

    assert codes(found) == set()
    assert "        x=1, wait_for=[a],  # one, and\n        # more\n    )\n" in found.text


def test_a_success_without_a_result_that_something_takes_is_left() -> None:
    """What takes it gets the signal."""
    head = "from prefect import Flow, task\nfrom prefect.engine import signals\n"
    tasks = '@task\ndef s():\n    raise signals.SUCCESS("done")\n\n\n@task\ndef t(x):\n    print(x)\n\n\n'
    found = converted(f'{head}{tasks}with Flow("f") as flow:\n    t(s())\n')

    assert codes(found) == {"p1-signal"}
    assert 'raise signals.SUCCESS("done")' in found.text


@pytest.mark.parametrize(
    "chain",
    [
        "flow.chain(*[t(), t()])",
        "flow.chain(t(), later, t())",
        "flow.chain(t(),  # first\n        t())",
        "x = flow.chain(t(), t())",
        "flow.chain(t(), print())",
        "x = flow.add_task(t())",
        "[flow.add_task(t()) for _ in range(2)]",
    ],
)
def test_a_chain_that_is_not_plain_is_left(chain: str) -> None:
    found = converted(f'{HEAD}with Flow("f") as flow:\n    later = t()\n    {chain}\n')

    assert "p1-dependency" in codes(found)
    assert chain in found.text


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        ("", 'HOST = "scheduler"\n'),
        ('HOST = "a"\nif 1:\n    HOST = "b"\n', ""),
        ('HOST = "a"\n', 'HOST = "b"\n'),
    ],
)
def test_an_executor_with_what_is_not_known_before_the_flow_is_left(before: str, behind: str) -> None:
    head = "from prefect.executors import DaskExecutor\n\n"
    text = f"{head}{before}{HEAD}{FLOW}{behind}flow.executor = DaskExecutor(HOST)\n"

    assert codes(converted(text)) == {"p1-executor"}
    plain = f'{head}HOST = "a"\n{HEAD}{FLOW}flow.executor = DaskExecutor(HOST)\n'
    assert codes(converted(plain)) == set()


@pytest.mark.parametrize(
    ("head", "read"), [("import prefect", "prefect.config.a.b"), ("from prefect import config", "config.a")]
)
def test_a_setting_of_prefect_1_is_left(head: str, read: str) -> None:
    found = converted(f"{head}\n{HEAD}A = {read}\n{FLOW}")

    assert codes(found) == {"p1-context"}
    assert "P1-context): `prefect.config" in found.text


@pytest.mark.parametrize("read", ["state.message", "state.is_successful()", "state.result[a].result"])
def test_a_run_with_an_executor_still_gives_its_state(read: str) -> None:
    head = "from prefect.executors import LocalDaskExecutor\n"
    flow = 'with Flow("f") as flow:\n    a = t()\n\n'
    found = converted(f"{head}{HEAD}{flow}state = flow.run(executor=LocalDaskExecutor())\nprint({read})\n")

    assert found.todos == 0
    assert '@flow(name="f", task_runner=ThreadPoolTaskRunner())' in found.text
    assert "state = f(return_state=True)\nprint(state." in found.text


@pytest.mark.parametrize("option", ['executor="shop.Executor"', "executor=executor", 'metadata={"a": 1}'])
def test_an_environment_with_more_than_a_known_executor_is_left(option: str) -> None:
    head = "from prefect.environments import RemoteEnvironment\nfrom shop import executor\n"
    flow = f"{FLOW}flow.environment = RemoteEnvironment({option})\n"

    assert codes(converted(f"{head}{HEAD}{flow}")) == {"p1-run-config"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [("prefect.context.get('logger').info('x')", set()), ("print(prefect.__version__)", {"p1-library"})],
)
def test_the_package_that_is_imported_from_itself_is_not_imported_again(
    body: str, expected: set[str]
) -> None:
    """Prefect 3 has no `prefect.prefect`."""
    found = converted(f"from prefect import prefect, task, Flow\n@task\ndef t():\n    {body}\n\n{FLOW}")

    assert codes(found) == expected
    assert ("import prefect," in found.text) == bool(expected)


def test_a_flow_that_is_not_converted_gets_no_entry_and_keeps_its_options() -> None:
    """Nothing that an entry could name is there. Another flow of the file has its entry."""
    text = HEAD + (
        'with Flow("other") as other:\n    t()\n\nother.register(project_name="shop")\n'
        'built = Flow("built", tasks=[unknown()])\nbuilt.register(project_name="shop")\n'
    )

    found = converted(text)

    assert [flow.name for flow in found.flows if flow.deployment] == ["other"]
    assert 'built.register(project_name="shop")' in found.text
    assert "other.register" not in found.text
    assert {"p1-dependency", "p1-deployment"} <= codes(found)


def test_a_class_of_flows_is_known_by_what_is_done_with_it() -> None:
    """A class of another file may be anything that is called so."""
    text = f"from shop import OwnFlow\n{HEAD}{FLOW}\nwith OwnFlow(%s) as own:\n    t()\n%s"

    assert codes(converted(text % ("'own'", "own.schedule = None\n"))) == {"p1-flow"}
    assert "with OwnFlow('own') as own:\n" in converted(text % ("'own'", "own.show()\n")).text
    assert "with OwnFlow() as own:\n" in converted(text % ("", "own.run()\n")).text


def test_a_todo_of_a_flow_stands_above_it_and_not_above_a_task_that_is_written_there() -> None:
    text = (
        f"from prefect.tasks.prefect import create_flow_run\nfrom shop import OwnFlow\n{HEAD}"
        "with OwnFlow('f') as flow:\n    create_flow_run(flow_name='g')\n\nflow.run()\n"
    )
    assert re.search(r"# TODO\(syntask upgrade P1-flow\).*\n@flow\(name='f'\)\n", converted(text).text)


SKIPPING = "from prefect import Flow, task\nfrom prefect.engine.signals import SKIP\n\n\n@task\ndef t(x=1):\n"


@pytest.mark.parametrize(
    "body",
    [
        "    t(t())\n",  # one of them is not the last
        "    a = t()\n    t(upstream_tasks=[a])\n",
        "    a = t()\n    t(a)\n",
        "    a = t()\nprint(flow.run().result[a])\n",
        "    for each in [t()]:\n        pass\n",
    ],
)
def test_a_skip_that_others_may_see_is_left(body: str) -> None:
    text = f'{SKIPPING}    raise SKIP("no")\n\n\nwith Flow("f") as flow:\n'

    assert codes(converted(text + "    t()\n")) == set()
    assert "p1-signal" in codes(converted(text + body))


def test_a_skip_of_a_generator_a_class_or_a_file_without_flows_is_left() -> None:
    flow = '\n\nwith Flow("f") as flow:\n    %s\n'

    assert "p1-signal" in codes(converted(f"{SKIPPING}    raise SKIP()\n"))
    assert codes(converted(f"{SKIPPING}    yield 1\n    raise SKIP()\n" + flow % "t()")) == {"p1-signal"}
    text = SKIPPING.replace("task\n", "Task\n").replace(
        "@task\ndef t(x=1):", "class T(Task):\n    def run(self):"
    )
    assert codes(converted(f"{text}        raise SKIP()\n" + flow % "T()()")) == {"p1-signal"}


@pytest.mark.parametrize("option", ["max_retries=2", "**OPTIONS"])
def test_a_failure_without_retries_is_left_where_the_task_has_some(option: str) -> None:
    text = (
        "from prefect import task\nfrom prefect.engine.signals import ENDRUN\n"
        "from prefect.engine.state import Failed\n\nOPTIONS = {}\n\n\n@task%s\ndef t():\n"
        '    raise ENDRUN(state=Failed("no"))\n'
    )
    assert '    raise RuntimeError("no")\n' in converted(text % "").text
    assert "p1-signal" in codes(converted(text % f"({option})"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from prefect.utilities.edges import unmapped", "from prefect import unmapped"),
        (
            "from prefect.core.task import (\n    Task as Base,\n)",
            "from prefect import Task as Base",
        ),
        ("from prefect.utilities.tasks import tags, task as job", "from prefect import tags, task as job"),
    ],
)
def test_what_has_moved_is_imported_from_where_it_is(before: str, after: str) -> None:
    used = before.rpartition(" ")[2] if " as " not in before else ("Base" if "Base" in before else "job")
    found = converted(f"{before}\n{HEAD}print({used})\n{FLOW}")

    assert found.todos == 0
    assert after in found.text


@pytest.mark.parametrize(
    "line",
    [
        "from prefect.utilities.tasks import as_task as used",
        "from prefect.utilities.tasks import task as job, as_task as used",
        "from prefect.utilities.tasks import defaults_from_attrs as used",
        "from prefect.core.edge import Edge as used",
        "from prefect.core import Edge as used",
        "from prefect.tasks.core.function import FunctionTask as used",
    ],
)
def test_what_is_gone_from_old_modules_is_left(line: str) -> None:
    found = converted(f"{line}\n{HEAD}print(used)\n{FLOW}")

    assert codes(found) == {"p1-library"}


def test_a_file_that_only_makes_a_schedule_of_clocks_is_marked() -> None:
    found = converted("from prefect.schedules import Schedule\n\nhourly = [Schedule(clocks=clocks())]\n")

    assert codes(found) == {"p1-schedule"}


@pytest.mark.parametrize(
    ("run_config", "image"),
    [
        ('KubernetesRun(image="shop:1")', '"shop:1"'),
        ('KubernetesRun(image=f"shop:{1 + 1}")', '"shop:2"'),
        ("KubernetesRun(image=input())", None),
        ("KubernetesRun()", None),
    ],
)
def test_the_image_of_the_context_is_that_of_the_run_configuration(
    run_config: str, image: str | None
) -> None:
    found = converted(
        "import prefect\nfrom prefect import Flow, task\nfrom prefect.executors import DaskExecutor\n"
        "from prefect.run_configs import KubernetesRun\nfrom shop import cluster\n\n\n@task\ndef t():\n"
        "    return 1\n\n\n"
        f'with Flow("f", executor=DaskExecutor(cluster_class=lambda: cluster(prefect.context.image)), '
        f"run_config={run_config}) as flow:\n    t()\n"
    )

    taken = f"DaskTaskRunner(cluster_class=lambda: cluster({image or 'prefect.context.image'}))"
    assert taken in found.text
    assert (found.todos == 0) is (image is not None)


@pytest.mark.parametrize("copy", ["flow.copy()", "copy.copy(flow)", "copy.deepcopy(flow)"])
def test_a_copy_of_a_flow_is_left(copy: str) -> None:
    assert "p1-flow" in "".join(codes(converted(f"import copy\n{HEAD}{FLOW}\nother = {copy}\n")))
