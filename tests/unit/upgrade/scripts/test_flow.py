"""The flow that a script passes is found where it is defined."""

from __future__ import annotations

import pytest

from syntask_yaml.upgrade.result import DeploymentResult
from tests.support.upgrading import FLOW, OldRepository, codes, notes

HEAD = "from prefect.deployments import Deployment\n"
CALL = "Deployment.build_from_flow(load_orders, 'nightly', apply=True)\n"


def result(old: OldRepository, text: str, name: str = "deploy.py") -> DeploymentResult:
    old.write(name, HEAD + text)
    (found,) = old.upgrade().results
    return found


@pytest.mark.parametrize(
    ("module", "text", "entrypoint"),
    [
        ("a/b.py", f"from a.b import load_orders\n{CALL}", "a/b.py:load_orders"),
        ("a/b.py", f"import a.b\n{CALL.replace('load_orders', 'a.b.load_orders')}", "a/b.py:load_orders"),
        (
            "a/b.py",
            f"from a import b as c\n{CALL.replace('load_orders', 'c.load_orders')}",
            "a/b.py:load_orders",
        ),
        ("a.py", f"from a import load_orders as f\n{CALL.replace('load_orders', 'f')}", "a.py:load_orders"),
        ("a.py", f"from a import *\n{CALL}", "a.py:load_orders"),
        ("a.py", FLOW + CALL, "deploy.py:load_orders"),
        ("a.py", f"def main():\n    from a import load_orders\n    {CALL}main()\n", "a.py:load_orders"),
    ],
)
def test_where_it_is_defined(old: OldRepository, module: str, text: str, entrypoint: str) -> None:
    old.write(module, FLOW)

    found = result(old, text)

    assert found.entry["entrypoint"] == entrypoint
    assert found.converted.flow == "load-orders"
    assert codes(found.problems) == set()


@pytest.mark.parametrize(
    ("module", "script"),
    [
        ("tools/orders.py", "tools/deploy.py"),  # beside the script
        ("orders.py", "tools/deploy.py"),  # at the top
        ("jobs/orders.py", "jobs/tools/deploy.py"),  # in a folder between
    ],
)
def test_imports_are_found_from_wherever_the_script_is_run(
    old: OldRepository, module: str, script: str
) -> None:
    old.write(module, FLOW)

    found = result(old, f"from orders import load_orders\n{CALL}", script)

    assert found.entry["entrypoint"] == f"{module}:load_orders"
    assert codes(found.problems) == set()


def test_a_flow_with_another_name(old: OldRepository) -> None:
    """The deployment belonged to a flow that the source does not have."""
    call = "Deployment.build_from_flow(load_orders.with_options(name='other'), 'nightly', apply=True)\n"
    found = result(old, f"from flows import load_orders\n{call}")

    assert found.entry["entrypoint"] == "flows.py:load_orders"
    assert found.entry["flow_name"] == "other"
    assert codes(found.problems) == {"flow-renamed"}


def test_a_flow_that_a_variable_holds(old: OldRepository) -> None:
    old.write("made.py", "from prefect import flow\ndef work():\n    pass\nmain = flow(work, name='made')\n")

    found = result(old, "from made import main\nDeployment.build_from_flow(main, 'nightly', apply=True)\n")

    assert found.entry["entrypoint"] == "made.py:main"
    assert found.converted.full_name == "made/nightly"


def test_an_entrypoint_of_its_own(old: OldRepository) -> None:
    call = (
        "Deployment.build_from_flow(load_orders, 'nightly', entrypoint='flows.py:load_orders', apply=True)\n"
    )

    assert result(old, f"from flows import load_orders\n{call}").entry["entrypoint"] == "flows.py:load_orders"


def test_an_entrypoint_of_another_machine_is_that_of_the_flow(old: OldRepository) -> None:
    call = (
        "Deployment.build_from_flow(load_orders, 'nightly', path='/srv', "
        "entrypoint='/srv/x/flows.py:load_orders', apply=True)\n"
    )
    found = result(old, f"from flows import load_orders\n{call}")

    assert found.entry["entrypoint"] == "flows.py:load_orders"
    assert codes(found.problems) == set()


def test_a_module_that_is_not_there(old: OldRepository) -> None:
    found = result(old, f"from orders.jobs import load_orders\n{CALL}")

    assert found.entry["entrypoint"] == "orders/jobs.py:load_orders"
    assert codes(found.problems) == {"entrypoint-not-found"}


@pytest.mark.parametrize("imported", ["from orders import load_orders", "from orders import *"])
def test_a_module_on_a_path_that_only_a_run_knows(old: OldRepository, imported: str) -> None:
    """The flow is in the one file that the module may be."""
    old.write("shop/orders.py", FLOW)
    old.write("other/orders.py", "load_orders = None\n")

    found = result(old, f"{imported}\n{CALL}", "tools/deploy.py")

    assert found.entry["entrypoint"] == "shop/orders.py:load_orders"
    assert codes(found.problems) == set()


def test_one_of_two_modules_that_only_a_run_tells(old: OldRepository) -> None:
    old.write("shop/orders.py", FLOW)
    old.write("other/orders.py", FLOW)

    found = result(old, f"from orders import load_orders\n{CALL}", "tools/deploy.py")

    assert found.entry["entrypoint"] == "orders.py:load_orders"
    assert codes(found.problems) == {"entrypoint-not-found"}


@pytest.mark.parametrize(
    ("entrypoint", "written", "code"),
    [
        ("old/flows.py:load_orders", "jobs/flows.py:load_orders", None),
        ("old/flows.py:other", "old/flows.py:other", "entrypoint-not-found"),
        ("old/orders.py:load_orders", "old/orders.py:load_orders", "entrypoint-not-found"),
    ],
)
def test_an_entrypoint_in_a_folder_that_was_renamed(
    old: OldRepository, entrypoint: str, written: str, code: str | None
) -> None:
    """The storage is said to have it elsewhere, which a note says."""
    old.write("jobs/flows.py", FLOW)
    call = (
        f"from prefect.filesystems import GitHub\nDeployment.build_from_flow(load_orders, 'nightly', "
        f"storage=GitHub.load('code'), entrypoint='{entrypoint}', apply=True)\n"
    )

    found = result(old, f"from jobs.flows import load_orders\n{call}")

    assert found.entry["entrypoint"] == written
    assert codes(found.problems) == ({code} if code else set())
    assert ("entrypoint-not-found" in notes(found.problems)) is (code is None)


SPEC = "from prefect.deployments import DeploymentSpec, FlowScript, Deployment\n"


@pytest.mark.parametrize(
    "text",
    [
        "DeploymentSpec(flow_location='./flows.py', name='nightly', flow_name='load-orders')",
        "DeploymentSpec(flow_location='flows.py', name='nightly')",
        "Deployment(flow=FlowScript(path='flows.py', name='load_orders'), name='nightly').apply()",
        "DeploymentSpec(flow=load_orders, name='nightly')",
        "import pathlib\n"
        "DeploymentSpec(flow_location=pathlib.Path(__file__).parent / 'flows.py', name='nightly')",
        "Deployment(flow_location='flows.py', name='nightly')",
        "import prefect\nprefect.Deployment(flow=load_orders, flow_runner=None, name='nightly')",
    ],
)
def test_forms_of_the_first_versions(old: OldRepository, text: str) -> None:
    found = result(old, f"{SPEC}from flows import load_orders\n{text}\n")

    assert found.entry == {
        "name": "nightly",
        "entrypoint": "flows.py:load_orders",
        "work_pool": {"name": "default"},
    }
    assert codes(found.problems) == set()
    assert "never-applied" not in notes(found.problems)


def test_a_specification_of_the_flow_beside_it(old: OldRepository) -> None:
    found = result(old, f"{SPEC}{FLOW}\nDeploymentSpec(name='nightly', flow_storage='1f6b')\n")

    assert found.entry["entrypoint"] == "deploy.py:load_orders"
    assert codes(found.problems) == {"no-pull"}
