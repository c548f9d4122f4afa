"""`syntask serve`: one command that keeps a project deployed and every work pool served."""

from __future__ import annotations

import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from syntask_yaml.model.run import Run, StateType
from tests.support.processes import end, is_alive, kill, start
from tests.support.site import PROGRAM, Site, until

Deployed = Callable[..., Site]

RETURNS = {"entrypoint": "plain.py:returns"}
SLEEPS = {"entrypoint": "plain.py:sleeps"}
MARKS_ITSELF = {"entrypoint": "plain.py:marks_itself", "schedules": [{"interval": 1}]}


@pytest.fixture(name="site")
def _site(deployed: Deployed) -> Site:
    """A site where nothing is deployed by the time that it is served."""
    return deployed()


@contextmanager
def serving(site: Site, *options: str, log: str = "serve.log", **environ: str) -> Iterator[Server]:
    server = Server(site, options, log, environ)
    try:
        yield server
    finally:
        end(server.process)


class Server:
    """`syntask serve` at work."""

    def __init__(self, site: Site, options: tuple[str, ...], log: str, environ: dict[str, str]) -> None:
        self._log = site.folder / log
        argv = [PROGRAM, "serve", *options]
        self.process = start(argv, log=self._log, environ=site.environment(**environ), cwd=site.code)

    @property
    def text(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def until(self, text: str, *, times: int = 1) -> None:
        """Wait until *text* was said, or the process has ended."""

        def look() -> bool:
            assert self.process.poll() is None or text in self.text, self.text
            return self.text.count(text) >= times

        until(look)


def slow_to_build(site: Site) -> dict[str, object]:
    """A deployment with a build step that takes ten minutes, and leaves its process id under `step`."""
    script = f"sh -c 'echo $$ > {site.marks}/step; exec sleep 600'"
    return {**RETURNS, "build": [{"syntask.deployments.steps.run_shell_script": {"script": script}}]}


def finished(site: Site, deployment: str) -> Run:
    """A run of *deployment*, as soon as it has ended."""
    (run,) = site.ask(deployment)
    return site.until(run)


def test_it_deploys_executes_and_takes_changes(site: Site) -> None:
    """A file that is not valid changes nothing, until it is mended."""
    site.declare({"one": RETURNS})
    with serving(site) as server:
        server.until("Serves the work pool `default`.")
        assert "+ returns/one" in server.text
        assert "Start one with" not in server.text
        finished(site, "one")

        site.declare({"one": RETURNS, "two": {"entrypoint": "plain.py:no_such"}})
        server.until("The deploy failed.")
        assert "plain.py:no_such" in server.text
        assert finished(site, "one").state.type is StateType.COMPLETED

        site.declare({"one": RETURNS, "two": SLEEPS})
        server.until("created  sleeps/two")
        (run,) = site.ask("two", parameters={"seconds": 0})
        assert site.until(run).state.type is StateType.COMPLETED

        site.declare({"two": SLEEPS})
        server.until("No longer declared, but still deployed: `returns/one`.")


def test_a_work_pool_that_was_missing_has_it_deploy_again(site: Site) -> None:
    site.declare({"one": RETURNS})
    with serving(site) as server:
        server.until("Serves the work pool")
        site.declare({"one": {**RETURNS, "work_pool": {"name": "late"}}})
        server.until("The deploy failed.")
        site.syntask("work-pool", "create", "late", "--type", "process")
        server.until("updated  returns/one")


def test_a_change_of_a_signature_is_a_change_of_the_plan(site: Site) -> None:
    """Also where the type stands in another file."""
    (site.code / "kinds.py").write_text("Amount = int\n", encoding="utf-8")
    flow = "@flow\ndef pay(amount: Amount = 1):\n    pass\n"
    imports = "from kinds import Amount\nfrom syntask import flow\n\n"
    (site.code / "flows.py").write_text(imports + flow, encoding="utf-8")
    site.declare({"one": {"entrypoint": "flows.py:pay"}})
    with serving(site) as server:
        server.until("Serves the work pool")
        (site.code / "kinds.py").write_text("Amount = str\n", encoding="utf-8")
        server.until('parameter_schema.properties.amount.type: "integer" -> "string"')
        server.until("updated  pay/one")


def test_problems_stop_the_start(site: Site) -> None:
    site.declare({"one": RETURNS, "two": {"entrypoint": "plain.py:no_such"}})
    with serving(site) as server:
        assert server.process.wait(60) == 1
    assert "plain.py:no_such" in server.text
    with site.backend() as backend:
        assert backend.deployments() == []
        assert not any(worker.is_online for worker in backend.workers())


def test_only_what_is_selected_is_deployed(site: Site) -> None:
    site.declare({"one": RETURNS, "two": SLEEPS})
    with serving(site, "-n", "one", "--worker-name", "here", "--limit", "3") as server:
        server.until("Worker `here` executes the runs of")
    with site.backend() as backend:
        assert [each.deployment.full_name for each in backend.deployments()] == ["returns/one"]


def test_what_is_no_longer_declared_goes_if_that_was_asked_for(site: Site) -> None:
    site.declare({"one": RETURNS, "two": SLEEPS})
    with serving(site, "--prune-at-most", "1") as server:
        server.until("Serves the work pool")
        site.declare({"one": RETURNS})
        server.until("deleted  sleeps/two")


def test_every_pool_is_served_also_one_that_comes_later(site: Site) -> None:
    """And it is said which ones are not, and why."""
    site.syntask("work-pool", "create", "first", "--type", "process")
    site.syntask("work-pool", "create", "asleep", "--type", "process", "--paused")
    site.declare({"one": {**RETURNS, "work_pool": {"name": "first"}}})
    with serving(site) as server:
        server.until("Serves the work pools `asleep`, `default`, `first`.")
        server.until("The work pool `asleep` is paused")
        finished(site, "one")
        site.syntask("work-pool", "create", "second", "--type", "process")
        server.until("Serves the work pool `second`.")
        site.declare({"one": {**RETURNS, "work_pool": {"name": "second"}}})
        server.until("updated  returns/one")
        finished(site, "one")
        with site.backend() as backend:
            online = [worker.pool for worker in backend.workers() if worker.is_online]
        assert online == ["asleep", "default", "first", "second"]
        site.syntask("work-pool", "delete", "first", "--yes")
        server.until("No longer serves the work pool `first`.")
    assert server.text.count("is paused") == 1


def test_a_pool_of_another_type_is_named_and_left_alone(site: Site) -> None:
    site.declare({"one": RETURNS})
    site.syntask("deploy", "--all")
    with site.backend() as backend, backend._store.transaction():
        backend._store._connection.execute(
            "INSERT INTO pools SELECT 'far', id || 'x', 'kubernetes', description, base_job_template, "
            "is_paused, concurrency_limit FROM pools WHERE name = 'default'"
        )
    with serving(site) as server:
        server.until("The work pool `far` is of type `kubernetes`, which this worker does not serve.")
        server.until("Serves the work pool `default`.")


def test_two_on_one_store_execute_each_run_once(site: Site) -> None:
    """The second one waits for the first one's deploy, and finds nothing to do."""
    site.declare({"one": MARKS_ITSELF})
    with ExitStack() as stack:
        one, two = (stack.enter_context(serving(site, log=f"{name}.log")) for name in ("one", "two"))
        one.until("Serves the work pool")
        two.until("Serves the work pool")
        until(lambda: len(site.marked("ran")) >= 5)
        workers = site.syntask("worker", "ls")
    assert workers.count("ONLINE") == 2
    assert sorted(["created" in one.text, "created" in two.text]) == [False, True]
    assert max(Counter(site.marked("ran")).values()) == 1
    assert {run.state.type for run in site.runs()} <= {StateType.COMPLETED, StateType.SCHEDULED}
    with site.backend() as backend:
        times = Counter(run.scheduled for run in site.runs())
        assert max(times.values()) == 1
        assert not any(worker.is_online for worker in backend.workers())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_once_it_lets_runs_finish(site: Site, number: int) -> None:
    site.declare({"two": SLEEPS})
    with serving(site) as server:
        server.until("Serves the work pool")
        (run,) = site.ask("two", parameters={"seconds": 2})
        until(lambda: site.marked("began"))
        server.process.send_signal(number)
        server.until("Stopping after the current runs (1). Stop again to cancel them.")
        assert server.process.wait(30) == 0
    assert site.run(run).state.type is StateType.COMPLETED


def test_told_twice_it_cancels_them(site: Site) -> None:
    site.declare({"two": SLEEPS})
    with serving(site) as server:
        server.until("Serves the work pool")
        (run,) = site.ask("two")
        until(lambda: site.marked("began"))
        server.process.terminate()
        server.until("Stop again")
        server.process.terminate()
        assert server.process.wait(30) == 0
    assert site.run(run).state.type is StateType.CANCELLED


def test_a_deploy_does_not_hold_runs_up_and_ends_with_the_command(site: Site) -> None:
    """Its steps end, too."""
    site.declare({"two": SLEEPS})
    slow = slow_to_build(site)
    with serving(site) as server:
        server.until("Serves the work pool")
        site.declare({"one": slow, "two": SLEEPS})
        (step,) = until(lambda: site.marked("step"))
        (run,) = site.ask("two", parameters={"seconds": 0})
        assert site.until(run).state.type is StateType.COMPLETED
        server.process.terminate()
        assert server.process.wait(30) == 0
    until(lambda: not is_alive(int(step)))
    with site.backend() as backend:
        assert [each.deployment.full_name for each in backend.deployments()] == ["sleeps/two"]


def test_stopped_during_the_first_deploy_it_leaves_nothing_behind(site: Site) -> None:
    site.declare({"one": slow_to_build(site)})
    with serving(site) as server:
        (step,) = until(lambda: site.marked("step"))
        server.process.terminate()
        assert server.process.wait(30) == 130
    until(lambda: not is_alive(int(step)))


def test_killed_it_takes_its_runs_along_and_the_next_one_goes_on(site: Site) -> None:
    site.declare({"two": SLEEPS})
    with serving(site, SYNTASK_WORKER_LEASE_SECONDS="1") as server:
        server.until("Serves the work pool")
        (run,) = site.ask("two")
        until(lambda: site.marked("began"))
        kill(server.process)
    with serving(site, log="next.log", SYNTASK_WORKER_LEASE_SECONDS="1") as after:
        after.until("No changes: 1 deployment is on")
        assert site.until(run).state.type is StateType.CRASHED


def test_a_server_has_workers_of_its_own(site: Site) -> None:
    site.declare({"one": RETURNS})
    done: subprocess.CompletedProcess[str] = site.call("--backend", "http://127.0.0.1:9/api", "serve")
    assert done.returncode == 1
    assert "`serve` keeps deployments on the embedded backend" in done.stderr
    assert "`syntask worker start --pool NAME`" in done.stderr


def test_a_pool_whose_engine_is_away_is_named_and_the_others_are_served(site: Site) -> None:
    site.syntask("work-pool", "create", "boxes", "--type", "docker")
    site.declare({"one": RETURNS})
    with serving(site, DOCKER_HOST=f"unix://{site.folder}/no.sock") as server:
        server.until("Serves the work pool `default`.")
        server.until("warning: The work pool `boxes` is not served. ")
        finished(site, "one")
        assert server.text.count("is not served") == 1
