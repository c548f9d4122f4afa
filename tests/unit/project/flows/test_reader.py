"""What a flow is, by its source: its name, its description, where it stands."""

from __future__ import annotations

import ast
import hashlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent

import pytest

from syntask_yaml.errors import NotFound
from syntask_yaml.project.flows import FlowNotFound, FlowReader, InvalidEntrypoint
from tests.unit.project.flows.conftest import Project


def test_a_flow_is_described_by_its_decorator(project: Project) -> None:
    path = project.write(
        "flows/etl.py",
        '''
        from prefect import flow

        @flow(name="Nightly", description="Moves data.", version="1.2", log_prints=True)
        def etl(day: str):
            """Not shown."""
        ''',
    )

    flow = project.read("flows/etl.py:etl")

    assert (flow.name, flow.description, flow.version) == ("Nightly", "Moves data.", "1.2")
    assert (flow.entrypoint, flow.function, flow.line) == ("flows/etl.py:etl", "etl", 5)
    assert flow.file == path
    assert flow.source_digest == hashlib.md5(path.read_bytes()).hexdigest()
    assert flow.is_decorated
    assert flow.notes == ()


def test_without_words_of_its_own_a_flow_is_described_by_its_function(project: Project) -> None:
    project.write(
        "etl.py",
        '''
        from prefect import flow

        @flow
        def nightly_load():
            """Moves data.

            Steps:
                with care.
            """
        ''',
    )

    flow = project.read("etl.py:nightly_load")

    assert (flow.name, flow.version) == ("nightly-load", None)
    assert flow.description == "Moves data.\n\nSteps:\n    with care."


def test_the_function_of_an_entrypoint_needs_no_decorator(project: Project) -> None:
    project.write("etl.py", "def plain_one(x: int): ...")

    flow = project.read("etl.py:plain_one")

    assert not flow.is_decorated
    assert (flow.name, flow.description) == ("plain-one", None)
    assert flow.parameter_schema is not None
    assert flow.parameter_schema["required"] == ["x"]


@pytest.mark.parametrize(
    ("imported", "decorator"),
    [
        ("from prefect import flow", "@flow"),
        ("from prefect import flow", "@flow()"),
        ("from prefect import flow as f", "@f"),
        ("from prefect import flow as f", "@f(log_prints=True)"),
        ("import prefect", "@prefect.flow"),
        ("import prefect as p", "@p.flow(retries=2)"),
        ("from prefect.flows import flow", "@flow"),
        ("from prefect import flows", "@flows.flow"),
        ("from syntask import flow", "@flow"),
        ("import syntask", "@syntask.flow"),
        ("from mylib import flow", "@flow"),
        ("from mylib import flow as f", "@f"),
        ("from elsewhere.installed import flow", "@flow"),
        ("try:\n    from prefect import flow\nexcept ImportError:\n    flow = print", "@flow"),
        ("import functools, prefect\nflow = functools.partial(prefect.flow, retries=2)", "@flow"),
        ("from prefect import *", "@flow"),
    ],
)
def test_a_decorator_called_flow_makes_a_flow(imported: str, decorator: str, project: Project) -> None:
    project.write("mylib.py", "from prefect import flow")
    (project.root / "etl.py").write_text(f"{imported}\n\n{decorator}\ndef etl(): ...\n", encoding="utf-8")

    assert project.read("etl.py:etl").is_decorated


@pytest.mark.parametrize(
    ("imported", "decorator"),
    [
        ("from prefect import task", "@task"),
        ("import app", "@app.run"),
        ("import flow", "@flow.run"),
        ("app = object()", "@app.flow"),
        ("from functools import cache", "@cache"),
    ],
)
def test_another_decorator_makes_none(imported: str, decorator: str, project: Project) -> None:
    (project.root / "etl.py").write_text(f"{imported}\n\n{decorator}\ndef etl(): ...\n", encoding="utf-8")

    assert not project.read("etl.py:etl").is_decorated


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ('name="a b"', "a b"),
        ("name=NAME", "constant"),
        ('name=f"{NAME}-{NUMBER}"', "constant-7"),
        ('name=NAME + "!"', "constant!"),
        ("name=Names.LONG", "etl"),
        ("name=None", "etl"),
        ('name=""', "etl"),
        ('**{"name": "unpacked"}', "unpacked"),
        ("**OPTIONS", "from options"),
        ("name=imported.NAME", "imported"),
    ],
)
def test_the_name_of_a_flow_may_be_a_constant(arguments: str, name: str, project: Project) -> None:
    project.write("imported.py", "NAME = 'imported'")
    project.write(
        "etl.py",
        f"""
        import imported
        from prefect import flow

        NAME, NUMBER = "constant", 7
        OPTIONS = {{"name": "from options"}}

        @flow({arguments})
        def etl(): ...
        """,
    )

    assert project.read("etl.py:etl").name == name


def test_a_name_worked_out_at_run_time_is_asked_for(project: Project) -> None:
    project.write(
        "etl.py",
        """
        from syntask import flow

        @flow(name="-".join(["a", "b"]), description="c".upper(), version="d".upper())
        def etl(x: int): ...
        """,
    )

    unloaded, loaded = project.read("etl.py:etl"), project.read("etl.py:etl", load_in_child=True)

    assert unloaded.name == "etl"
    assert unloaded.parameter_schema is not None
    assert unloaded.notes == (
        "The name of the flow `etl` cannot be determined from its source; `etl` is used:"
        " the module was not loaded.",
    )
    assert (loaded.name, loaded.description, loaded.version) == ("a-b", "C", "D")
    assert loaded.notes == ()


@pytest.mark.parametrize(
    ("made", "name", "description"),
    [
        ("flow(work)", "work", "Works."),
        ('flow(name="made")(work)', "made", "Works."),
        ('flow(work, name="made", description="Made.")', "made", "Made."),
        ('flow(other.work, name="made")', "made", "Works elsewhere."),
        ('first.with_options(name="made")', "made", "Works."),
    ],
)
def test_a_flow_may_be_made_by_a_call(made: str, name: str, description: str, project: Project) -> None:
    project.write("other.py", "def work(y: int):\n    'Works elsewhere.'\n")
    project.write(
        "etl.py",
        f"""
        import other
        from prefect import flow

        def work(x: int):
            "Works."

        first = flow(work)
        second = {made}
        """,
    )

    flow = project.read("etl.py:second")

    assert (flow.name, flow.description, flow.function) == (name, description, "second")
    assert flow.is_decorated
    assert flow.parameter_schema is not None
    assert len(flow.parameter_schema["required"]) == 1


def test_a_flow_from_a_factory_is_loaded(project: Project) -> None:
    project.write(
        "etl.py",
        """
        from prefect import flow

        def made(name):
            @flow(name=name)
            def inner(x: int):
                "Documented."
            return inner

        etl = made("from a factory")
        """,
    )

    flow = project.read("etl.py:etl", load_in_child=True)

    assert (flow.name, flow.description, flow.version) == ("from a factory", "Documented.", None)
    assert flow.is_decorated
    assert flow.parameter_schema is not None
    assert project.read("etl.py:etl").notes != ()


def test_static_and_class_methods_can_be_deployed(project: Project) -> None:
    project.write(
        "etl.py",
        """
        from prefect import flow

        class Base:
            @staticmethod
            def inherited(x: int): ...

        class Etl(Base):
            @staticmethod
            @flow
            def static(x: int): ...

            @flow
            @classmethod
            def bound(cls, x: int): ...

            @flow
            def method(self, x: int): ...
        """,
    )
    reader = project.reader()

    static, bound = reader.read("etl.py:Etl.static"), reader.read("etl.py:Etl.bound")

    assert (static.name, static.function, static.is_decorated) == ("static", "Etl.static", True)
    assert bound.parameter_schema is not None
    assert bound.parameter_schema["properties"]["x"]["position"] == 1
    assert not reader.read("etl.py:Etl.inherited").is_decorated
    with pytest.raises(InvalidEntrypoint, match=r"`Etl\.method` is an instance method"):
        reader.read("etl.py:Etl.method")


@pytest.mark.parametrize(
    "block",
    [
        "if True:\n    @flow\n    def etl(x: int): ...",
        "try:\n    @flow\n    def etl(x: int): ...\nfinally:\n    pass",
        "import sys\nif sys.platform:\n    @flow\n    def etl(x: int): ...",
        "@flow\nasync def etl(x: int): ...",
    ],
    ids=["if", "try", "condition", "async"],
)
def test_a_flow_may_stand_in_a_block(block: str, project: Project) -> None:
    (project.root / "etl.py").write_text(f"from prefect import flow\n{block}\n", encoding="utf-8")

    flow = project.read("etl.py:etl")

    assert flow.is_decorated
    assert flow.parameter_schema is not None


def test_of_two_definitions_of_which_one_counts_only_loading_tells(project: Project) -> None:
    project.write(
        "etl.py",
        """
        import os

        if os.sep == "?":
            def etl(a: int): ...
        else:
            def etl(b: str): ...
        """,
    )

    assert project.read("etl.py:etl").parameter_schema is None
    schema = project.read("etl.py:etl", load_in_child=True).parameter_schema
    assert schema is not None
    assert list(schema["properties"]) == ["b"]


def test_a_decorator_between_flow_and_function_that_wraps_keeps_the_signature(project: Project) -> None:
    project.write(
        "etl.py",
        """
        import functools
        from somewhere import installed
        from prefect import flow

        def logged(function):
            @functools.wraps(function)
            def inner(*args, **kwargs): ...
            return inner

        def registered(function):
            return function

        @flow
        @installed(3)
        @logged
        @registered
        def etl(x: int): ...
        """,
    )

    schema = project.read("etl.py:etl").parameter_schema

    assert schema is not None
    assert list(schema["properties"]) == ["x"]


@pytest.mark.parametrize(
    "entrypoint",
    [
        "package.etl.run",
        "package.etl:run",
        "package/etl.py:run",
        "package.run",
        "package:again",
        "reexport.py:moved",
    ],
)
def test_a_function_is_found_where_it_is_defined(entrypoint: str, project: Project) -> None:
    project.write("package/__init__.py", "from .etl import run\nfrom package.middle import *\n")
    project.write("package/middle.py", "__all__ = ['again']\nfrom .etl import run as again, hidden\n")
    path = project.write("package/etl.py", "def run(x: int): ...\ndef hidden(): ...\n")
    project.write("reexport.py", "import package.middle\nmoved = package.middle.again\n")

    flow = project.read(entrypoint)

    assert flow.file == path
    assert flow.entrypoint == entrypoint
    assert flow.parameter_schema is not None


def test_modules_are_found_in_folders_without_init_and_in_installed_packages(project: Project) -> None:
    path = project.write("space/inner/etl.py", "def run(): ...")

    reader = project.reader()

    assert reader.read("space.inner.etl.run").file == path
    assert reader.read("json.decoder:py_scanstring").name == "py-scanstring"
    assert reader.read("json.dumps").file is not None


def test_a_module_is_found_by_its_parents_without_running_them(project: Project) -> None:
    project.write("package/__init__.py", "raise RuntimeError('run')")
    project.write("package/inner/__init__.py", "raise RuntimeError('run')")
    project.write("package/inner/etl.py", "def run(): ...")

    assert project.read("package.inner.etl.run").name == "run"


def test_types_are_found_in_the_modules_of_the_project(project: Project) -> None:
    project.write("flows/models.py", "from pydantic import BaseModel\nclass Config(BaseModel):\n    a: int\n")
    project.write("shared/types.py", "from enum import Enum\nclass Size(Enum):\n    BIG = 1\nLIMIT = 3\n")
    project.write("shared/__init__.py", "from .types import Size\nfrom . import types\n")
    project.write(
        "flows/etl.py",
        """
        import shared.types as kinds
        from models import Config
        from .models import Config as Same
        from shared import Size, types

        def etl(a: Config, b: Same, c: Size = Size.BIG, d: types.Size = kinds.Size.BIG, e=kinds.LIMIT): ...
        """,
    )

    schema = project.read("flows/etl.py:etl").parameter_schema

    assert schema is not None
    assert schema["definitions"].keys() == {"Config", "Size"}
    assert [schema["properties"][name]["default"] for name in "cde"] == [1, 1, 3]


def test_nothing_of_the_project_is_run(project: Project) -> None:
    project.write("etl.py", "open('ran', 'w')\nfrom other import x\ndef etl(a: int = 1): ...\n")
    project.write("other.py", "open('ran', 'w')\n")

    project.read("etl.py:etl")

    assert not Path("ran").exists()
    assert not (project.root / "ran").exists()


def test_a_file_is_read_once(project: Project) -> None:
    path = project.write("etl.py", "".join(f"def f{number}(x: int): ...\n" for number in range(100)))
    reader = project.reader()
    reader.read("etl.py:f0")
    size = path.stat().st_size
    path.write_text("!" * size)

    assert [reader.read(f"etl.py:f{number}").name for number in range(100)] == [f"f{n}" for n in range(100)]


def test_the_same_answer_is_given_to_all_threads(project: Project) -> None:
    for number in range(5):
        project.write(
            f"etl_{number}.py", "from unknown import X\nfrom prefect import flow\n@flow\ndef f(x: X): ...\n"
        )
    reader = project.reader()
    wanted = [f"etl_{number % 5}.py:f" for number in range(200)]

    with ThreadPoolExecutor(8) as pool:
        flows = list(pool.map(reader.read, wanted))

    assert [flow.entrypoint for flow in flows] == wanted
    assert len({id(flow) for flow in flows}) == 5


def test_all_flows_of_a_file_are_loaded_at_once(project: Project) -> None:
    counted = project.root / "count"
    project.write(
        "etl.py",
        f"""
        from prefect import flow

        open({str(counted)!r}, "a").write("x")
        def type_of(name):
            return {{"a": int}}[name]

        @flow
        def first(x: type_of("a")): ...

        @flow
        def second(x: type_of("a")): ...
        """,
    )
    reader = project.reader(load_in_child=True)

    schemas = [reader.read(f"etl.py:{name}").parameter_schema for name in ("first", "second", "first")]

    assert None not in schemas
    assert counted.read_text() == "x"


_MADE = """
from syntask import flow

def load_of(table):
    @flow(name=f"load {table}")
    def load(day: str = "today"): ...
    return load

"""


@pytest.mark.parametrize(
    ("made", "name"),
    [
        ('FLOWS = {"a": load_of("orders")}\norders = FLOWS["a"]', "orders"),
        ('orders = load_of("orders") if __file__ else None', "orders"),
        ('globals()["orders"] = load_of("orders")', "orders"),
        ('import sys\nsetattr(sys.modules[__name__], "orders", load_of("orders"))', "orders"),
        ('class Flows:\n    orders = load_of("orders")', "Flows.orders"),
        (
            'class Made:\n    def __init__(self): self.orders = load_of("orders")\nmade = Made()',
            "made.orders",
        ),
        ('print(orders := load_of("orders"))', "orders"),
        ('kept = (orders := load_of("orders"))', "orders"),
        ('if orders := load_of("orders"): ...', "orders"),
        ('kept = [orders := load_of(each) for each in ["orders"]]', "orders"),
        ('for orders in [load_of("orders")]: ...', "orders"),
        ('orders, items = map(load_of, ["orders", "items"])', "orders"),
        ("def __getattr__(name):\n    return load_of(name)", "orders"),
    ],
)
def test_a_flow_that_the_source_does_not_show_is_loaded(made: str, name: str, project: Project) -> None:
    project.write("etl.py", _MADE + made)

    flow, unloaded = project.read(f"etl.py:{name}", load_in_child=True), project.read(f"etl.py:{name}")

    assert (flow.name, flow.is_decorated, flow.notes) == ("load orders", True, ())
    assert flow.parameter_schema is not None
    assert list(flow.parameter_schema["properties"]) == ["day"]
    assert unloaded.parameter_schema is None
    assert len(unloaded.notes) == 2


def test_a_flow_that_is_not_there_once_its_file_is_loaded_is_not_found(project: Project) -> None:
    project.write("etl.py", _MADE + 'globals()["orders"] = load_of("orders")\n')

    with pytest.raises(FlowNotFound, match=r"`etl\.py` has no flow `items`"):
        project.read("etl.py:items", load_in_child=True)


@pytest.mark.parametrize(
    ("decorator", "used", "name"),
    [
        (
            """
            def team(area):
                def decorate(function):
                    return flow(name=f"{area}.{function.__name__}")(function)
                return decorate
            """,
            '@team("sales")',
            "sales.load",
        ),
        ("def team(function): return flow(function, name='all')", "@team", "all"),
        ("def team(function): return flow(function)", "@team", "load"),
        ("def team(*, area='sales'): return flow(name=area, retries=2)", "@team()", "sales"),
        ("team = flow(name='all', retries=2)", "@team", "all"),
        ("import functools\nteam = functools.partial(flow, retries=2, name='all')", "@team", "all"),
        ("def team(function): return function", "@team", "load"),
    ],
)
def test_a_decorator_of_the_project_around_flow_is_read(
    decorator: str, used: str, name: str, project: Project
) -> None:
    project.write("team.py", f"from syntask import flow\n{dedent(decorator)}")
    project.write("etl.py", f"from team import team\n\n{used}\ndef load(day: str = 'today'): ...\n")

    flow, loaded = project.read("etl.py:load"), project.read("etl.py:load", load_in_child=True)

    assert (flow.name, flow.notes) == (name, ())
    assert flow.name == loaded.name


@pytest.mark.parametrize(
    ("decorator", "used"),
    [
        ("def team(function):\n    name = 'sales'.title()\n    return flow(function, name=name)", "@team"),
        ("def team(area): return flow(name=area.title())", "@team('sales')"),
        ("def make(f, name): return flow(f, name=name)\ndef team(f): return make(f, 'Sales')", "@team"),
        ("class Team:\n    def flow(self, f): return flow(f, name='Sales')\nteam = Team()", "@team.flow"),
        ("class team:\n    def __new__(cls, f): return flow(f, name='Sales')", "@team"),
    ],
)
def test_the_name_that_another_decorator_gives_is_asked_for(
    decorator: str, used: str, project: Project
) -> None:
    project.write("team.py", f"from syntask import flow\n{decorator}\n")
    project.write("etl.py", f"from team import team\n\n{used}\ndef load(day: str = 'today'): ...\n")

    unloaded, loaded = project.read("etl.py:load"), project.read("etl.py:load", load_in_child=True)

    assert unloaded.name == "load"
    assert "`load` is used" in unloaded.notes[-1]
    assert (loaded.name, loaded.is_decorated, loaded.notes) == ("Sales", True, ())


def test_what_is_known_of_a_signature_is_there_to_be_checked(project: Project) -> None:
    project.write(
        "etl.py",
        "from not_installed import Frame\ndef etl(x: Frame, y: int, *, z: Frame = None, w: str = 'a'): ...\n",
    )

    flow = project.read("etl.py:etl")

    assert flow.parameter_schema is None
    assert flow.notes[0].startswith("The parameters `x`, `z` of `etl` cannot be determined from its source")
    assert flow.value_schema is not None
    assert flow.value_schema["required"] == ["x", "y"]
    assert flow.value_schema["properties"]["y"] == {"title": "y", "position": 1, "type": "integer"}
    assert "type" not in flow.value_schema["properties"]["x"]


_CLOCK = "from datetime import UTC, date, datetime\nimport time, uuid\n"


@pytest.mark.parametrize(
    ("declared", "default"),
    [
        ("", "datetime.now(UTC).isoformat()"),
        ("", "str(uuid.uuid4())"),
        ("", "f'{date.today()}'"),
        ("START = str(time.time())", "START"),
        ("def now(): return str(time.time_ns())", "now()"),
    ],
)
def test_a_default_that_changes_at_each_look_is_marked_by_how_it_is_written(
    declared: str, default: str, project: Project
) -> None:
    project.write("etl.py", f"{_CLOCK}{declared}\ndef etl(x: str = {default}, y: str = 'a'): ...\n")

    schema = project.read("etl.py:etl", load_in_child=True).parameter_schema

    assert schema is not None
    written = ast.unparse(ast.parse(default))
    assert schema["properties"]["x"]["$comment"] == f"default: {written}"
    assert "$comment" not in schema["properties"]["y"]


def test_a_field_whose_default_changes_at_each_look_is_marked(project: Project) -> None:
    project.write(
        "etl.py",
        f"{_CLOCK}from pydantic import BaseModel\n"
        "class Window(BaseModel):\n    start: datetime = datetime.now(UTC)\n    hours: int = 1\n"
        "def etl(x: list[Window]): ...\n",
    )

    schema = project.read("etl.py:etl", load_in_child=True).parameter_schema

    assert schema is not None
    fields = schema["definitions"]["Window"]["properties"]
    assert fields["start"]["$comment"] == "default: datetime.now(UTC)"
    assert "$comment" not in fields["hours"]


def test_a_flow_that_cannot_be_loaded_is_still_a_flow(project: Project) -> None:
    project.write("etl.py", "from not_installed import Frame\ndef etl(x: Frame): ...\n")

    flow = project.read("etl.py:etl", load_in_child=True)

    assert flow.parameter_schema is None
    assert flow.notes == (
        "The parameter `x` of `etl` cannot be determined from its source and will not be checked:"
        " `not_installed.Frame` is not defined in this project;"
        " loading the module failed with ModuleNotFoundError: No module named 'not_installed'.",
    )


@pytest.mark.parametrize(
    ("entrypoint", "detail", "hint"),
    [
        ("etl.py:extact", "`etl.py` does not define `extact`.", "Did you mean `extract`?"),
        ("etl.py:zzz", "`etl.py` does not define `zzz`.", "Available flows: `extract`, `load`."),
        ("etl.py:inner", "`inner` in `etl.py` is nested in another function or class.", "Available flows: "),
        ("etl.py:Etl.nothing", "The class `Etl` has no `nothing`.", "Available flows: "),
        ("etl.py:load.more", "`load` has no `more`.", "Available flows: "),
        ("elt.py:extract", "The file `elt.py` does not exist.", "Did you mean `etl.py`?"),
        ("flows/etl.py:extract", "The file `flows/etl.py` does not exist.", "Did you mean `etl.py`?"),
        ("deep.py:run", "The file `deep.py` does not exist.", "Did you mean `one/two/deep.py`?"),
        ("none.py:run", "The file `none.py` does not exist.", "Did you mean `one/two/deep.py:run`?"),
        ("none.py:other", "The file `none.py` does not exist.", "Paths are relative to the project root."),
        ("one/two:run", "`one/two` is a directory, not a regular file.", "path/to/file.py:function"),
        ("data/notes.txt:run", "`data/notes.txt` is not a Python file: its name does not end in `.py`.", ""),
        ("emty.run", "The module `emty` does not exist.", "Did you mean `empty`?"),
        ("one.two.dep.run", "The module `one.two.dep` does not exist.", "Did you mean `one.two.deep`?"),
        ("one.two.run", "`one.two` is a directory without `__init__.py`", "Write `one.two.module:function`."),
        (
            "empty.py:run",
            "`empty.py` does not define `run`.",
            "The file has no flows. Decorate a function with `@flow`.",
        ),
        ("lost.py:run", "Cannot find `run`: `run` is not defined in `etl.py`.", ""),
    ],
)
def test_what_is_not_there_is_said_with_what_was_meant(
    entrypoint: str, detail: str, hint: str, project: Project
) -> None:
    project.write(
        "etl.py",
        """
        from prefect import flow

        @flow
        def extract():
            def inner(): ...

        @flow
        def load(): ...

        class Etl: ...
        """,
    )
    project.write("one/two/deep.py", "def run(): ...")
    project.write("data/notes.txt", "")
    project.write("empty.py", "")
    project.write("lost.py", "from etl import run")

    with pytest.raises(FlowNotFound) as caught:
        project.read(entrypoint)

    assert caught.value.code == "flow-not-found"
    assert isinstance(caught.value, NotFound)
    assert caught.value.detail.startswith(detail)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("entrypoint", "detail", "hint"),
    [
        (
            "etl.py",
            "`etl.py` refers to a file, but not to a flow in it.",
            "Write `etl.py:extract`. Available flows: `extract`, `load`.",
        ),
        ("none.py", "`none.py` refers to a file, but not to a flow in it.", "Write `none.py:function`."),
        ("etl.py:Etl", "`Etl` is not a function.", "Available flows: `extract`, `load`."),
        ("etl.py:NAME", "`NAME` is not a function.", "Available flows: `extract`, `load`."),
        ("etl.py:json", "`json` is not a function.", "Available flows: `extract`, `load`."),
    ],
)
def test_what_cannot_be_a_flow_is_refused(entrypoint: str, detail: str, hint: str, project: Project) -> None:
    project.write(
        "etl.py",
        """
        import json
        from prefect import flow

        NAME = "x"

        @flow
        def extract(): ...

        @flow
        def load(): ...

        class Etl: ...
        """,
    )

    with pytest.raises(InvalidEntrypoint) as caught:
        project.read(entrypoint)

    assert caught.value.detail == detail
    assert hint in caught.value.hint


def test_importing_the_package_is_cheap(project: Project) -> None:
    script = "import sys, syntask_yaml.project.flows; print(*sys.modules)"
    project.write("imports.py", script)
    import subprocess

    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[4],
    )

    heavy = {
        "pydantic",
        "prefect",
        "subprocess",
        "asyncio",
        "yaml",
        "jsonschema",
        "jinja2",
        "tempfile",
        "logging",
    }
    assert heavy.isdisjoint(done.stdout.split())


def test_a_reader_needs_no_project_to_be_made(tmp_path: Path) -> None:
    reader = FlowReader(tmp_path / "not there")

    with pytest.raises(FlowNotFound):
        reader.read("etl.py:etl")


def test_an_entrypoint_of_thousands_of_parts_is_not_found(project: Project) -> None:
    with pytest.raises(FlowNotFound, match=r"The module .* does not exist"):
        project.read(".".join("a" * 3_000))


@pytest.mark.parametrize(
    "decorator",
    [
        "@flow",
        "@flow(name='Nightly')",
        "@flow(name=NAME)",
        "@flow(name=made())",
        "@flow(**OPTIONS)",
        "@other",
    ],
)
def test_a_name_alone_is_that_of_the_whole_flow(project: Project, decorator: str) -> None:
    project.write(
        "etl.py",
        f"""
        from prefect import flow
        from elsewhere import OPTIONS, made

        NAME = "from-a-name"

        {decorator}
        def nightly_load(x: "not a type"): ...
        """,
    )

    assert FlowReader(project.root).name("etl.py:nightly_load") == project.read("etl.py:nightly_load").name


def test_a_name_that_is_not_there_is_refused_as_the_flow_is(project: Project) -> None:
    project.write("etl.py", "def load(): ...\n")

    with pytest.raises(FlowNotFound):
        FlowReader(project.root).name("etl.py:gone")


def test_a_pipe_among_the_files_is_not_waited_for(project: Project) -> None:
    project.write("nightly.py", "def run(): ...")
    os.mkfifo(project.root / "pipe.py")

    with pytest.raises(FlowNotFound) as caught:
        project.read("none.py:run")

    assert caught.value.hint == "Did you mean `nightly.py:run`?"
