"""A store that cannot be used: what is wrong, on one line, and exit code 1, whatever the command."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from syntask_yaml.model.run import StateType
from tests.support.site import PROGRAM, Site, until

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("deploy", "--all"),
    ("deployment", "ls"),
    ("deployment", "run", "go/one"),
    ("variable", "set", "name", "value"),
    ("worker", "start", "--run-once"),
)


WAITS = """
import os
import pathlib
import time

marks = pathlib.Path(os.environ["MARKS"])


def waits():
    (marks / "began").write_text("x\\n")
    while not (marks / "go").exists():
        time.sleep(0.01)
    print("said while nobody could write it down")
    (marks / "ended").write_text("x\\n")
"""


@pytest.fixture(name="site")
def _site(tmp_path: Path) -> Site:
    site = Site(tmp_path)
    (site.code / "flows.py").write_text("def go(): ...\n", encoding="utf-8")
    site.deploy({"one": {"entrypoint": "flows.py:go"}})
    return site


def refused(site: Site, command: Sequence[str]) -> str:
    """What *command* says when it fails as it should."""
    done = site.call(*command)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


@contextmanager
def _file_system(folder: Path, size: str) -> Iterator[None]:
    """A file system of its own at *folder*, of that size."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a file system can be mounted by root only, and not in every container")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_database(site: Site, command: Sequence[str]) -> None:
    site.store.write_bytes(b"This is not a database. " * 1000)
    assert "is not an SQLite database" in refused(site, command)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_damaged_database(site: Site, command: Sequence[str]) -> None:
    """It begins as a store does, and then is nonsense."""
    content = site.store.read_bytes()
    for more in site.home.glob("syntask.db-*"):
        more.unlink()
    site.store.write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))
    said = refused(site, command)
    assert "is damaged" in said
    assert "help: Restore a backup" in said


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_half_a_database(site: Site, command: Sequence[str]) -> None:
    content = site.store.read_bytes()
    site.store.write_bytes(content[: len(content) // 2 + 100])
    for more in site.home.glob("syntask.db-*"):
        more.unlink()
    assert "is damaged" in refused(site, command)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_store_of_a_newer_version(site: Site, command: Sequence[str]) -> None:
    with closing(sqlite3.connect(site.store)) as connection:
        connection.execute("PRAGMA user_version = 99")
    said = refused(site, command)
    assert "has version 99" in said
    assert "pip install --upgrade" in said


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_database_of_another_program(site: Site, command: Sequence[str]) -> None:
    site.store.unlink()
    with closing(sqlite3.connect(site.store)) as connection:
        connection.execute("CREATE TABLE theirs (name TEXT)")
        connection.commit()
    assert "of another program" in refused(site, command)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_home_that_cannot_be_made(site: Site, command: Sequence[str]) -> None:
    """Because a file is where a folder should be."""
    shutil.rmtree(site.home)
    site.home.write_text("a file")
    assert "not a directory" in refused(site, command).lower()


def test_a_home_that_is_read_only(site: Site) -> None:
    """Even reading takes files beside the store."""
    with _file_system(site.folder / "mounted", "4m"):
        there = Site(site.folder / "mounted")
        shutil.copytree(site.code, there.code, dirs_exist_ok=True)
        there.syntask("deploy", "--all")
        there.ask("one")
        subprocess.run(["mount", "-o", "remount,ro", str(there.folder)], check=True)
        for command in COMMANDS:
            assert "Check that its directory exists and that you can read and write" in refused(
                there, command
            )


def test_a_new_home_on_a_disk_that_is_read_only(site: Site) -> None:
    with _file_system(site.folder / "mounted", "1m"):
        subprocess.run(["mount", "-o", "remount,ro", str(site.folder / "mounted")], check=True)
        done = site.call("deploy", "--all", SYNTASK_HOME=str(site.folder / "mounted" / "home"))
    assert (done.returncode, "Read-only file system" in done.stderr) == (1, True), done.stderr


def _fill(filler: Path) -> None:
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)


def test_a_full_disk(site: Site) -> None:
    """Nothing is written, and it is said; with room again, all goes on."""
    with _file_system(site.folder / "mounted", "1m"):
        there = Site(site.folder / "mounted")
        shutil.copytree(site.code, there.code, dirs_exist_ok=True)
        there.syntask("deploy", "--all")
        (run,) = there.ask("one")
        filler = there.folder / "filler"
        _fill(filler)
        said = refused(there, ("variable", "set", "name", "v" * 100_000))
        assert "full" in said
        said = refused(there, ("worker", "start", "--run-once"))
        assert "full" in said.lower() or "No space" in said

        filler.unlink()
        assert there.call("variable", "get", "name").returncode == 1
        there.work()
        assert there.until(run).state.type is StateType.COMPLETED


def test_a_disk_that_is_full_for_a_while_ends_no_run(site: Site) -> None:
    """Nor the worker, which says so; with room again, what the run said is kept."""
    with _file_system(site.folder / "mounted", "4m"):
        there = Site(site.folder / "mounted")
        (there.code / "flows.py").write_text(WAITS, encoding="utf-8")
        there.deploy({"two": {"entrypoint": "flows.py:waits"}})
        with there.worker(PYTHONDONTWRITEBYTECODE="1", MARKS=str(site.marks)) as worker:
            (run,) = there.ask("two")
            until(lambda: site.marked("began"))
            filler = there.folder / "filler"
            _fill(filler)
            (site.marks / "go").touch()
            until(lambda: site.marked("ended"))
            until(lambda: _says(there, "The disk is full"))
            assert worker.poll() is None
            filler.unlink()
            assert there.until(run).state.type is StateType.COMPLETED
            assert "said while nobody could write it down" in there.text(run)


def test_a_store_that_is_locked_for_a_while_ends_no_run(site: Site) -> None:
    """Nor the worker, which says so; then all that the run said is kept."""
    (site.code / "flows.py").write_text(WAITS, encoding="utf-8")
    site.deploy({"two": {"entrypoint": "flows.py:waits"}})
    (run,) = site.ask("two")
    with site.worker(SYNTASK_WORKER_LEASE_SECONDS="1") as worker:
        until(lambda: site.marked("began"))
        with closing(sqlite3.connect(site.store, isolation_level=None)) as connection:
            until(lambda: _begins(connection))
            (site.marks / "go").touch()
            until(lambda: site.marked("ended") and _says(site, "is locked"))
            assert worker.poll() is None
            assert site.run(run).state.type is StateType.RUNNING
            connection.execute("COMMIT")
        assert site.until(run).state.type is StateType.COMPLETED
        assert "said while nobody could write it down" in site.text(run)
        until(lambda: _says(site, "The store can be written again"))


@pytest.mark.parametrize("becomes", ["deleted", "replaced"])
def test_a_worker_ends_with_the_file_of_its_store(site: Site, becomes: str) -> None:
    """What it would write to the file that it has open, nobody would ever see."""
    with site.worker() as worker:
        until(lambda: _says(site, "serves the work pool"))
        for file in site.home.glob("syntask.db*"):
            file.unlink()
        if becomes == "replaced":
            site.syntask("deploy", "--all")
        assert worker.wait(60) == 1
    assert _says(site, "was deleted or replaced while it was in use")


def _begins(connection: sqlite3.Connection) -> bool:
    with suppress(sqlite3.OperationalError):
        connection.execute("BEGIN IMMEDIATE")
    return connection.in_transaction


def _says(site: Site, text: str) -> bool:
    """Whether the worker has said that."""
    return text in (site.folder / "worker.log").read_text(encoding="utf-8")


def test_a_file_that_may_grow_no_further(site: Site) -> None:
    """A quota, as the disk reports it."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, -1))

    done = subprocess.run(
        [PROGRAM, "variable", "set", "name", "v" * 100_000],
        env=site.environment(),
        cwd=site.code,
        preexec_fn=limit,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "disk" in done.stderr
    assert site.call("variable", "get", "name").returncode == 1


@pytest.fixture(name="locked")
def _locked(site: Site) -> Iterator[sqlite3.Connection]:
    """The store, in the middle of somebody's write."""
    with closing(sqlite3.connect(site.store, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection


@pytest.mark.real
@pytest.mark.torture
def test_a_store_that_stays_locked(site: Site, locked: sqlite3.Connection) -> None:
    """Everybody waits for half a minute, all at the same time, and then says so; reading goes on."""
    site.syntask("deployment", "ls")
    waiting = [
        subprocess.Popen(
            [PROGRAM, *command],
            env=site.environment(),
            cwd=site.code,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for command in COMMANDS[2:]
    ]
    for process in waiting:
        _, said = process.communicate(timeout=120)
        assert (process.returncode, "is locked" in said) == (1, True), said
    locked.execute("COMMIT")
    site.syntask("variable", "set", "name", "value")


@pytest.mark.parametrize(
    "words",
    [
        "deployment pause go/one",
        "deployment resume go/one",
        "deployment run go/one",
        "deployment delete go/one --yes",
        "deployment release go/one",
        "flow-run cancel 1234",
        "flow-run retry 1234",
        "variable unset zone",
        "block delete secret key",
        "concurrency-limit update api --limit 1",
        "concurrency-limit delete api",
    ],
)
def test_what_acts_on_things_that_are_there_makes_no_store(words: str, site: Site) -> None:
    """As after a slip in its name."""
    store = site.folder / "slip.db"

    said = refused(site, ["--backend", f"embedded:{store}", *words.split()])

    assert f"The store `{store}` does not exist yet." in said
    assert "[not-found]" in said
    assert not store.exists()
