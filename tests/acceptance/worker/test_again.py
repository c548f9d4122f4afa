"""Runs that are looked for, read and done again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from syntask_yaml.model.run import StateType
from tests.support.site import Site, until

Deployed = Callable[..., Site]

_LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}  ([A-Z]+) +(.*)")


@pytest.fixture(name="site")
def _site(deployed: Deployed) -> Site:
    """Runs that ended in every way that counts; each deployment has one."""
    return deployed("returns", "raises", "vanishes", "warns")


def test_what_failed_is_listed_and_retried_at_once(site: Site) -> None:
    """And once: the command can be repeated."""
    runs = {name: site.ask(name)[0] for name in ("returns", "raises", "vanishes")}
    site.work()
    failed = {runs["raises"], runs["vanishes"]}

    listed = json.loads(site.syntask("flow-run", "ls", "--failed", "--since", "1h", "-o", "json"))
    assert {run["id"] for run in listed["flow_runs"]} == failed
    of_one = site.syntask("flow-run", "ls", "--failed", "-d", "raises")
    assert runs["raises"][:8] in of_one
    assert runs["vanishes"][:8] not in of_one
    assert site.syntask("flow-run", "ls", "--failed", "--since", "2100-01-01") == ""

    everything = ("flow-run", "retry", "--failed", "--since", "1h")
    refused = site.call(*everything)
    assert refused.returncode == 64
    assert "--yes" in refused.stderr
    assert len(site.runs()) == 3

    answered = json.loads(site.syntask(*everything, "--yes", "-o", "json"))
    assert {each["run"] for each in answered["retries"]} == failed
    assert {each["action"] for each in answered["retries"]} == {"retried"}
    retries = {each["id"] for each in answered["retries"]}
    assert {run.id for run in site.runs(StateType.SCHEDULED)} == retries
    repeated = json.loads(site.syntask(*everything, "--yes", "-o", "json"))
    assert [each["id"] for each in repeated["retries"]] == [None, None]
    assert {each["action"] for each in repeated["retries"]} == {"skipped"}
    assert len(site.runs()) == 5


def test_a_retry_has_what_the_run_had_and_is_watched_to_its_end(site: Site) -> None:
    """Its parameters, job variables and tags; the exit code tells how it ended."""
    site.deploy({"odd": {"entrypoint": "plain.py:fails_once", "parameters": {"name": "declared"}}})
    (run,) = site.ask("odd", parameters={"name": "asked"}, job_variables={"env": {"X": "1"}}, tags=("t",))
    site.work()
    assert site.run(run).state.type is StateType.FAILED

    with site.worker():
        printed = site.call("flow-run", "retry", run, "--watch")
    assert printed.returncode == 0, printed.stderr
    assert "asked 1" in printed.stdout
    retry = site.run(printed.stdout.splitlines()[0])
    assert (retry.parameters, retry.job_variables, retry.tags) == (
        {"name": "asked"},
        {"env": {"X": "1"}},
        ("t",),
    )
    assert site.syntask("flow-run", "retry", run, exit_code=1) == ""
    with site.worker():
        assert site.call("flow-run", "retry", run, "--again", "--watch").returncode == 0
    (other,) = site.ask("raises")
    site.work()
    with site.worker():
        watched = site.call("flow-run", "retry", other, "--watch", "-o", "json")
    assert watched.returncode == 1
    assert [each["state"] for each in json.loads(watched.stdout)["retries"]] == ["FAILED"]


@pytest.mark.parametrize(
    "options", ["", "--failed", "--since 1h", "x --failed --since 1h", "x -d raises", "--failed --since soon"]
)
def test_what_is_to_be_retried_is_said(site: Site, options: str) -> None:
    assert site.call("flow-run", "retry", *options.split()).returncode == 64


def test_what_has_not_ended_is_not_retried(site: Site) -> None:
    (run,) = site.ask("returns")
    refused = site.call("flow-run", "retry", run)
    assert refused.returncode == 1
    assert "has not ended" in refused.stderr
    assert site.call("flow-run", "retry", "nowhere").returncode == 1


def test_a_log_has_times_and_levels(site: Site) -> None:
    """Lines of a level or a higher one, or since a time; one by one as JSON."""
    (run,) = site.ask("warns")
    site.work()
    found = [_LINE.fullmatch(line) for line in site.syntask("flow-run", "logs", run).splitlines()]
    lines = [(line[1], line[2]) for line in found if line]
    assert ("INFO", "for your information") in lines
    assert ("WARNING", "beware") in lines

    warnings = site.syntask("flow-run", "logs", run, "--level", "warning")
    assert "beware" in warnings
    assert "for your information" not in warnings
    assert site.syntask("flow-run", "logs", run, "--since", "2100-01-01T00:00:00Z") == ""
    assert site.syntask("flow-run", "logs", run, "--since", "1h") == site.syntask("flow-run", "logs", run)

    whole = json.loads(site.syntask("flow-run", "logs", run, "-o", "json"))["logs"]
    printed = site.syntask("flow-run", "logs", run, "-o", "jsonl").splitlines()
    assert [json.loads(line) for line in printed] == whole
    assert site.call("flow-run", "logs", run, "-f", "-o", "json").returncode == 64


def test_a_log_is_followed_line_by_line(deployed: Deployed) -> None:
    """Also as JSON, and only what is asked for; the exit code is that of the command."""
    site = deployed("warns")
    (run,) = site.ask("warns")
    with site.worker():
        followed = site.call("flow-run", "logs", run, "-f", "-o", "jsonl", "--level", "WARNING")
    assert followed.returncode == 0
    messages = [json.loads(line)["message"] for line in followed.stdout.splitlines()]
    assert "beware" in messages
    assert "for your information" not in messages
    until(lambda: site.run(run).state.type.is_final)
