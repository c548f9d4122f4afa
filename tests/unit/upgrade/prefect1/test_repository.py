"""What flows of Prefect 1 take from other files of their repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.upgrade.prefect1.convert import Prefect1File, Prefect1Options, convert_file
from syntask_yaml.upgrade.prefect1.repository import RepositoryModules

FLOW = """\
from shop.constants import Constants, NAME
from shop.schedules import every_morning
from shop import settings
from prefect import Flow, task
from prefect.run_configs import KubernetesRun
from prefect.storage import GCS


@task
def count():
    return 1


with Flow(f"{NAME}: count") as flow:
    count()

flow.storage = GCS(Constants.BUCKET.value)
flow.run_config = KubernetesRun(image=settings.IMAGE, labels=[Constants.AGENT.value])
flow.schedule = every_morning
flow.executor = settings.EXECUTOR
"""
FILES = {
    "shop/__init__.py": "",
    "shop/constants.py": (
        "from enum import Enum\n\nNAME = 'shop'\n\n\nclass Constants(Enum):\n"
        "    PREFIX = 'big'\n    BUCKET = f'{PREFIX}-flows'\n    AGENT = 'warehouse'\n"
    ),
    "shop/settings.py": (
        "from prefect.executors import LocalDaskExecutor\n\nfrom .images import IMAGE\n\n"
        "EXECUTOR = LocalDaskExecutor(num_workers=4)\n"
    ),
    "shop/images.py": "REGISTRY = 'registry.example'\nIMAGE = f'{REGISTRY}/shop:1'\n",
    "shop/schedules.py": (
        "from datetime import datetime, timedelta\n\nimport pytz\nfrom prefect.schedules import Schedule\n"
        "from prefect.schedules.clocks import IntervalClock\n\nfrom shop.constants import Constants\n\n"
        "clocks = [\n    IntervalClock(\n        interval=timedelta(days=1),\n"
        "        start_date=datetime(2021, 1, 1, 6, tzinfo=pytz.timezone('Europe/Berlin')),\n"
        "        labels=[Constants.AGENT.value],\n"
        "        parameter_defaults={'shop': ','.join([Constants.PREFIX.value, 'new'])},\n"
        "    )\n]\nevery_morning = Schedule(clocks=clocks)\n"
    ),
}


def converted(folder: Path, **changed: str) -> Prefect1File:
    """What becomes of the flow, with other texts for some of the files."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(changed.get(path.stem, text), encoding="utf-8")
    path = folder / "shop" / "flows.py"
    options = Prefect1Options(others=RepositoryModules(folder), path=path)
    found = convert_file("shop/flows.py", changed.get("flows", FLOW), options)
    assert found is not None
    return found


def test_options_may_come_from_other_files(tmp_path: Path) -> None:
    found = converted(tmp_path)

    assert found.todos == 0
    (flow,) = found.flows
    assert flow.name == "shop: count"
    assert flow.deployment == {
        "storage": {"_block_type_slug": "gcs", "bucket_path": "big-flows"},
        "infrastructure": {"_block_type_slug": "kubernetes-job", "image": "registry.example/shop:1"},
        "schedules": [
            {
                "interval": 86400,
                "timezone": "Europe/Berlin",
                "anchor_date": "2021-01-01T06:00:00+01:00",
                "parameters": {"shop": "big,new"},
            }
        ],
        "work_queue_name": "warehouse",
    }
    assert "task_runner=ThreadPoolTaskRunner(max_workers=4)" in found.text
    assert "schedules" not in found.text
    assert "from shop.constants import NAME\n" in found.text


@pytest.mark.parametrize(
    ("file", "old", "new", "left"),
    [
        ("constants", "AGENT = 'warehouse'", "AGENT = 'warehouse'\n    AGENT = 'other'", "run_config"),
        ("constants", "(Enum)", "(Settings)", "run_config"),
        ("constants", "'shop'\n", "'shop'\nif BUSY:\n    NAME = 'other'\n", "name"),
        ("images", "'registry.example'", "open('registry').read()", "image"),
        ("images", "shop:1'\n", "shop:1'\nIMAGE += '2'\n", "image"),
        ("settings", "num_workers=4", "num_workers=WORKERS", "executor"),
        ("schedules", "datetime(2021, 1, 1, 6, tz", "first_day(tz", "start date"),
        ("schedules", "labels=[Constants.AGENT.value]", "labels=['other']", "A clock has the labels"),
        ("schedules", "labels=[Constants.AGENT.value]", "labels=[]", "A clock has the labels"),
        ("schedules", "'new'", "open('shops').read()", "`parameter_defaults` is computed"),
        ("schedules", "every_morning =", "clocks.append(1)\nevery_morning =", "clocks are computed"),
    ],
)
def test_what_other_files_compute_is_left(tmp_path: Path, file: str, old: str, new: str, left: str) -> None:
    text = FILES[f"shop/{file}.py"]
    assert old in text
    found = converted(tmp_path, **{file: text.replace(old, new)})

    if left == "name":
        assert found.flows[0].name is None
    else:
        assert any(left in problem.detail for problem in found.problems if not problem.is_note)


def test_files_that_name_each_other_come_to_nothing(tmp_path: Path) -> None:
    found = converted(
        tmp_path,
        constants="from shop.images import IMAGE\nNAME = f'{IMAGE}'\nConstants = {}\n",
        images="from shop.constants import NAME\nIMAGE = f'{NAME}'\n",
    )

    assert found.flows[0].name is None
    assert not found.is_left


def test_a_local_name_hides_one_of_another_file(tmp_path: Path) -> None:
    inside = FLOW.replace(
        "from shop import settings\n", "from shop import settings\n\n\nsettings = object()\n"
    )
    found = converted(tmp_path, flows=inside)

    assert any("`image` is computed" in problem.detail for problem in found.problems)


NAMED = """\
from prefect import Flow, task
from prefect.storage import Module


@task
def count():
    return 1


with Flow("count", storage=Module({name})) as flow:
    count()
"""


@pytest.mark.parametrize(
    ("name", "entrypoint"),
    [
        ("__name__", "shop.flows.count_flow"),
        ('__name__.replace("shop.", "")', "flows.count_flow"),
        ("__name__.upper()", None),
    ],
)
def test_a_module_knows_its_own_name(tmp_path: Path, name: str, entrypoint: str | None) -> None:
    found = converted(tmp_path, flows=NAMED.replace("{name}", name))

    assert found.flows[0].deployment.get("entrypoint") == entrypoint
    assert (found.todos == 0) == (entrypoint is not None)


def test_a_file_in_no_package_has_no_name_of_its_own(tmp_path: Path) -> None:
    converted(tmp_path)
    (tmp_path / "shop" / "__init__.py").unlink()
    path = tmp_path / "shop" / "flows.py"
    options = Prefect1Options(others=RepositoryModules(tmp_path), path=path)
    found = convert_file("shop/flows.py", NAMED.replace("{name}", "__name__"), options)

    assert found is not None
    assert found.todos > 0


CLASSES = """\
from prefect import Task


class Base(Task):
    def __init__(self, shop, **kwargs):
        self.shop = shop
        super().__init__(**kwargs)

    def run(self):
        return self.shop


class Loud(Base):
    def __init__(self, shop, **kwargs):
        super().__init__(shop.upper(), **kwargs)


class Plain:
    def __call__(self):
        return print
"""
CALLS = """\
from prefect import Flow
from shop import classes
from shop.classes import Base, Plain
from depot import Truck, wrap


class Quiet(Base):
    def run(self):
        return ""


truck = Truck()

with Flow("count") as flow:
    Base("north", name="first", max_retries=0)()
    loud = classes.Loud("south")
    loud()
    Quiet("east")()
    Plain()()
    wrap(1)()
    {call}
"""


def test_classes_of_tasks_may_be_those_of_another_file(tmp_path: Path) -> None:
    path = tmp_path / "shop" / "classes.py"
    path.parent.mkdir()
    path.write_text(CLASSES, encoding="utf-8")
    found = converted(tmp_path, flows=CALLS.replace("{call}", "pass"))
    own = convert_file("shop/classes.py", CLASSES)

    assert found.todos == 0
    for line in (
        'task(Base("north").run, name="first", retries=0)()',
        'loud = task(classes.Loud("south").run, name="Loud")',
        'task(Quiet("east").run, name="Quiet")()',
        "Plain()()",
    ):
        assert f"    {line}\n" in found.text
    assert own is not None
    assert "super().__init__(shop.upper(), **kwargs)" in own.text


@pytest.mark.parametrize("call", ["Truck(wheels=4)(1)", "truck()", "lorry = Truck()\n    lorry(1)"])
def test_classes_from_elsewhere_are_left_where_tasks_are_called(tmp_path: Path, call: str) -> None:
    path = tmp_path / "shop" / "classes.py"
    path.parent.mkdir()
    path.write_text(CLASSES, encoding="utf-8")
    found = converted(tmp_path, flows=CALLS.replace("{call}", call))

    assert [problem.code for problem in found.problems if not problem.is_note] == ["p1-class"]
    assert "`Truck` is not of this repository" in found.text


CONFIGS = """\
from prefect.client import Secret
from prefect.executors import LocalDaskExecutor
from prefect.run_configs import KubernetesRun, LocalRun
from prefect.schedules import CronSchedule, Schedule
from prefect.schedules.clocks import CronClock

REPOSITORY = "shops/flows"


def set_storage(name, branch="main"):
    \"\"\"Where the code is.\"\"\"
    from prefect.storage import GitHub

    return GitHub(repo=REPOSITORY, path=f"flows/{name}.py", ref=branch)


def set_run_config(local: bool = False):
    if local:
        return LocalRun(labels=["laptop"])
    else:
        registry = Secret("REGISTRY").get()
    return KubernetesRun(image=f"{registry}/shop:1", labels=["warehouse"])


def clocks(hour):
    return [CronClock(f"0 {hour} * * *")]


def set_schedule(hour=6):
    found = clocks(hour)
    return Schedule(clocks=found)
"""
CONFIGURED = """\
from prefect import Flow, task
from shop import configs
from shop.configs import set_run_config, set_storage

NAME = "count"


@task
def count():
    return 1


with Flow(NAME, storage=set_storage(NAME, branch="live"), schedule=configs.set_schedule(7)) as flow:
    count()

flow.run_config = set_run_config()
"""


def configured(folder: Path, flow: str = CONFIGURED, configs: str = CONFIGS) -> Prefect1File:
    path = folder / "shop" / "configs.py"
    path.parent.mkdir()
    path.write_text(configs, encoding="utf-8")
    return converted(folder, flows=flow)


def test_options_may_be_what_functions_of_the_repository_return(tmp_path: Path) -> None:
    found = configured(tmp_path)

    assert found.todos == 0
    assert "configs" not in found.text
    (flow,) = found.flows
    assert flow.deployment == {
        "storage": {
            "_block_type_slug": "github",
            "repository": "https://github.com/shops/flows",
            "reference": "live",
        },
        "infrastructure": {
            "_block_type_slug": "kubernetes-job",
            "image": "{{ prefect.blocks.secret.registry }}/shop:1",
        },
        "schedules": [{"cron": "0 7 * * *"}],
        "work_queue_name": "warehouse",
    }


def test_an_argument_chooses_what_a_function_returns(tmp_path: Path) -> None:
    found = configured(tmp_path, flow=CONFIGURED.replace("set_run_config()", "set_run_config(local=True)"))

    assert found.todos == 0
    assert found.flows[0].deployment["infrastructure"] == {"_block_type_slug": "process"}
    assert found.flows[0].deployment["work_queue_name"] == "laptop"


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("flow", 'branch="live"', "branch=input()"),
        ("flow", "set_storage(NAME, ", "set_storage(*NAMES, "),
        ("flow", "set_run_config()", "set_run_config(local=input())"),
        ("configs", "def set_run_config", "@cached\ndef set_run_config"),
        ("configs", "    if local:", "    print(local)\n    if local:"),
        ("configs", "    if local:", "    local = not local\n    if local:"),
        ("configs", "    found = clocks(hour)", "    found = clocks(hour)\n    found.append(1)"),
        ("configs", "def clocks(hour):", "def clocks(hour):\n    hour = next_hour()"),
        ("configs", "def clocks(hour):", "def clocks(hour, *more):"),
        ("configs", "def clocks(hour):\n    return", "def clocks(hour):\n    yield"),
        ("configs", "return [CronClock", "return clocks(hour) or [CronClock"),
        ("configs", "    return [CronClock", "    return clocks(hour)\n    [CronClock"),
    ],
)
def test_functions_that_do_more_than_choose_are_left(tmp_path: Path, file: str, old: str, new: str) -> None:
    text = {"flow": CONFIGURED, "configs": CONFIGS}[file]
    assert old in text
    found = configured(tmp_path, **{file: text.replace(old, new)})

    assert found.todos > 0
