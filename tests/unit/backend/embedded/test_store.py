"""The file: how it comes to be, who may open it, and what can go wrong with it."""

from __future__ import annotations

import os
import resource
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import pytest

from syntask_yaml.backend.base import RunFilter
from syntask_yaml.backend.embedded import EmbeddedBackend, migrate
from syntask_yaml.backend.embedded.run_rows import COLUMNS
from syntask_yaml.backend.schedules import NextRuns
from syntask_yaml.errors import BackendError, BackendRefused, BackendUnreachable
from syntask_yaml.model.block import Variable
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.run import RunRequest
from syntask_yaml.model.schedule import Cron, Schedule
from syntask_yaml.model.secret import Secret
from syntask_yaml.model.value import Unknown

ROOT = Path(__file__).parents[4]
Open = Callable[..., EmbeddedBackend]


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "of" / "syntask.db"


@pytest.fixture(name="open_store")
def _open_store(path: Path) -> Iterator[Open]:
    opened: list[EmbeddedBackend] = []

    def open_store(path: Path = path, patience: float = 5) -> EmbeddedBackend:
        opened.append(EmbeddedBackend.open(path, patience=patience))
        return opened[-1]

    yield open_store
    for backend in opened:
        backend.close()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_first_use_makes_the_store(open_store: Open, path: Path) -> None:
    """With the folders to it, for nobody else to read, and with a pool in it."""
    backend = open_store()

    assert backend.url == f"embedded:{path}"
    assert [pool.name for pool in backend.pools()] == ["default"]
    assert (mode(path.parent), mode(path.parent.parent), mode(path)) == (0o700, 0o700, 0o600)


def test_what_was_written_is_there_the_next_time(open_store: Open) -> None:
    """Opening again changes nothing."""
    first = open_store()
    first.set_variable(Variable("a", 1))
    (pool,) = first.pools()
    first.close()

    assert open_store().variables() == [Variable("a", 1)]
    assert open_store().pools()[0].id == pool.id


def test_an_empty_file_becomes_a_store(open_store: Open, tmp_path: Path) -> None:
    """Such as one that `mktemp` makes."""
    empty = tmp_path / "empty.db"
    empty.touch()

    assert [pool.name for pool in open_store(empty).pools()] == ["default"]


def test_a_path_may_have_any_name(open_store: Open, tmp_path: Path) -> None:
    """Not only those that SQLite has no special meaning for."""
    for name in (":memory:", "file:a?mode=ro", "ünï code.db", "%20#"):
        open_store(tmp_path / name).set_variable(Variable("a", name))

        assert (tmp_path / name).is_file()
        assert open_store(tmp_path / name).variables() == [Variable("a", name)]


def test_a_store_of_a_newer_syntask_is_refused(open_store: Open, path: Path) -> None:
    """With both versions, and what to do."""
    open_store().close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()

    with pytest.raises(BackendRefused, match="version 99") as caught:
        open_store()
    assert "pip install --upgrade" in caught.value.hint


def test_an_older_store_is_brought_up_to_date(
    open_store: Open, path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Version by version; one that fails leaves the store as it was, and is done the next time."""
    open_store().set_variable(Variable("a", 1))
    second, third = tmp_path / "2.sql", tmp_path / "3.sql"
    second.write_text("ALTER TABLE variables ADD COLUMN note TEXT;\n", encoding="utf-8")
    third.write_text("CREATE TABLE extra (a TEXT);\nnonsense;\n", encoding="utf-8")
    monkeypatch.setattr(migrate, "MIGRATIONS", (*migrate.MIGRATIONS, str(second), str(third)))

    with pytest.raises(BackendError, match="nonsense"):
        open_store()
    third.write_text("CREATE TABLE extra (a TEXT); -- once; and again\n", encoding="utf-8")
    assert open_store().variables() == [Variable("a", 1)]
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(migrate.MIGRATIONS),)
        assert connection.execute("SELECT note FROM variables").fetchall() == [(None,)]
    connection.close()


def test_what_was_stored_in_one_text_is_read_as_what_is_stored_in_two(open_store: Open, path: Path) -> None:
    """Stores of before have the schema and the steps of a deployment in its document."""
    wanted = Deployment(
        flow="f",
        name="d",
        tags=("a", "b"),
        parameter_schema={"properties": {"x": {"type": "integer"}}},
        job_variables={"env": {"A": "1"}},
        pull_steps=({"git_clone": {"repository": "r"}},),
    )
    backend = open_store()
    list(backend.write([Write(None, wanted)]))
    [stored] = backend.deployments()
    with closing(sqlite3.connect(path)) as connection, connection:
        both = "UPDATE deployments SET document = json_patch(document, alike), alike = '{}'"
        assert connection.execute(both).rowcount == 1
    [before] = open_store().deployments()

    assert stored == before
    assert stored.deployment.pull_steps == wanted.pull_steps
    assert stored.deployment.parameter_schema == wanted.parameter_schema


def test_the_database_of_another_program_is_left_alone(open_store: Open, tmp_path: Path) -> None:
    """Not a byte of it changes."""
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE precious (a)")
    connection.close()
    before = other.read_bytes()

    with pytest.raises(BackendUnreachable, match="another program"):
        open_store(other)
    assert other.read_bytes() == before


def _text(path: Path) -> Path:
    path.write_text("not a database, but long enough to be read as one\n" * 100, encoding="utf-8")
    return path


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def _below_a_file(path: Path) -> Path:
    path.touch()
    return path / "syntask.db"


def _below_what_cannot_be(_: Path) -> Path:
    return Path("/proc/nowhere/syntask.db")


@pytest.mark.parametrize("make", [_text, _folder, _below_a_file, _below_what_cannot_be])
def test_what_cannot_be_opened_is_told(
    open_store: Open, tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    """With the path, and what to do."""
    path = make(tmp_path / "thing")

    with pytest.raises(BackendUnreachable) as caught:
        open_store(path)
    assert str(path) in caught.value.detail
    assert caught.value.hint


def test_a_folder_that_may_not_be_entered_is_told(tmp_path: Path) -> None:
    """Whoever has no right to the folder gets a sentence."""
    tmp_path.chmod(0o700)
    code = (
        "import os, sys, pathlib\n"
        "from syntask_yaml.backend.embedded import EmbeddedBackend\n"
        "from syntask_yaml.errors import BackendUnreachable\n"
        "os.geteuid() or os.setuid(65534)\n"
        "try: EmbeddedBackend.open(pathlib.Path(sys.argv[1]))\n"
        "except BackendUnreachable as error: print(error.detail)\n"
    )
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    argv = (sys.executable, "-c", code, str(folder / "new" / "syntask.db"))
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)

    assert "Permission denied" in done.stdout
    assert "closed" in done.stdout


def test_a_store_that_may_only_be_read_is_told(open_store: Open) -> None:
    """Reading goes on."""
    backend = open_store()
    backend._store._connection.execute("PRAGMA query_only = ON")

    with pytest.raises(BackendRefused, match="Cannot write"):
        backend.set_variable(Variable("a", 1))
    assert backend.variables() == []


def test_a_lock_that_does_not_end_is_told(open_store: Open) -> None:
    """After as long as one is willing to wait."""
    backend, impatient = open_store(), open_store(patience=0.05)
    with backend._store.transaction():
        with pytest.raises(BackendUnreachable, match="is locked") as caught:
            impatient.set_variable(Variable("a", 1))
        assert impatient.variables() == []

    assert "Try again" in caught.value.hint
    impatient.set_variable(Variable("a", 1))


def test_a_full_disk_is_told_and_nothing_is_half_written(open_store: Open) -> None:
    """Neither the deployments nor the transaction; and it goes on when there is room again."""
    backend = open_store()
    connection = backend._store._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + 5}")
    many = [Write(None, Deployment(flow="f", name=f"n{i}", description="x" * 1000)) for i in range(100)]

    with pytest.raises(BackendError, match="disk is full") as caught:
        backend.write(many)
    assert "Nothing was written" in caught.value.detail
    assert backend.deployments() == []
    connection.execute("PRAGMA max_page_count = 1000000")
    assert [written.error for written in backend.write(many)] == [None] * 100


def test_a_disk_that_has_no_room_for_the_first_reader_is_told(open_store: Open) -> None:
    """Who only reads makes a file beside the store, too; SQLite says that the disk fails if it cannot."""
    open_store().close()
    least, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, most))
    try:
        with pytest.raises(BackendError, match="disk is full"):
            open_store()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (least, most))
    assert open_store().variables() == []


def opened_by(monkeypatch: pytest.MonkeyPatch, factory: type[sqlite3.Connection]) -> None:
    """Let every store be opened with a connection that *factory* makes."""
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=factory))


def test_a_disk_that_is_full_while_a_store_is_created_is_told(
    open_store: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite has ended the transaction by itself then; the store is created when there is room again."""

    class Cramped(sqlite3.Connection):
        def execute(self, sql: str, /, *arguments: Any) -> sqlite3.Cursor:
            if sql.startswith("PRAGMA user_version ="):
                super().execute("ROLLBACK")
                full = sqlite3.OperationalError("database or disk is full")
                full.sqlite_errorcode = sqlite3.SQLITE_FULL
                raise full
            return super().execute(sql, *arguments)

    with monkeypatch.context() as patch:
        opened_by(patch, Cramped)
        with pytest.raises(BackendError, match="disk is full") as caught:
            open_store()

    assert "Free some space" in caught.value.hint
    assert open_store().variables() == []


def test_an_interruption_after_a_commit_stays_one(open_store: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(sqlite3.Connection):
        def execute(self, sql: str, /, *arguments: Any) -> sqlite3.Cursor:
            cursor = super().execute(sql, *arguments)
            if sql == "COMMIT":
                raise KeyboardInterrupt
            return cursor

    opened_by(monkeypatch, Interrupted)
    monkeypatch.setattr("syntask_yaml.backend.embedded.store.check_is_ours", lambda *_: None)

    with pytest.raises(KeyboardInterrupt):
        open_store()


def test_a_damaged_store_is_told(open_store: Open, path: Path) -> None:
    """With what can be done."""
    open_store().close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)

    with pytest.raises(BackendUnreachable, match="damaged") as caught:
        open_store().pools()
    assert ".recover" in caught.value.hint


def test_half_a_character_is_told(open_store: Open) -> None:
    """Such as a name from a terminal with another encoding. A value may have one."""
    backend = open_store()

    with pytest.raises(BackendRefused, match="lone surrogate"):
        backend.set_variable(Variable("\udcff", 1))
    backend.set_variable(Variable("a", "\udcff"))
    assert backend.variables() == [Variable("a", "\udcff")]


def test_what_is_no_json_is_our_mistake(open_store: Open) -> None:
    """A secret, or what is not known yet, should have been caught before; it is not written down."""
    backend = open_store()
    for value in (Secret("s3cret"), Unknown("image")):
        with pytest.raises(TypeError, match="not JSON"):
            backend.write([Write(None, Deployment(flow="f", name="n", parameters={"a": value}))])

    assert backend.deployments() == []


def test_a_closed_store_is_our_mistake(open_store: Open) -> None:
    """It is not taken for a fault of the disk."""
    backend = open_store()
    backend.close()

    with pytest.raises(sqlite3.ProgrammingError):
        backend.pools()


def test_what_changed_while_its_runs_were_worked_out_is_looked_at_again(
    open_store: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No run is made of what a deployment said before."""
    backend, other = open_store(), open_store()
    hourly = (Schedule(timing=Cron("0 * * * *")),)
    old = Deployment(flow="f", name="n", work_pool="default", schedules=hourly, parameters={"is": "old"})
    list(other.write([Write(None, old)]))
    reckon = backend._next_runs

    def meanwhile(row: sqlite3.Row, now: datetime) -> NextRuns:
        monkeypatch.setattr(backend, "_next_runs", reckon)
        (stored,) = other.deployments()
        list(other.write([Write(stored, replace(old, parameters={"is": "new"}))]))
        return reckon(row, now)

    monkeypatch.setattr(backend, "_next_runs", meanwhile)
    assert backend.schedule(datetime.now(UTC)) == 3
    assert [run.parameters for run in backend.runs(RunFilter())] == [{"is": "new"}] * 3


def test_an_old_sqlite_is_told(open_store: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it fails at a statement it does not know."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))

    with pytest.raises(BackendUnreachable, match=r"3\.37"):
        open_store()


def test_a_transaction_that_fails_leaves_nothing(open_store: Open) -> None:
    """Whatever the reason, also Ctrl-C."""
    backend = open_store()

    def change() -> NoReturn:
        with backend._store.transaction():
            backend._store.change("put_variable", name="a", value="1", tags="[]")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        change()
    assert backend.variables() == []
    backend.set_variable(Variable("b", 1))


def test_threads_may_share_a_backend(open_store: Open) -> None:
    """One at a time, without a word of sqlite3."""
    from concurrent.futures import ThreadPoolExecutor

    backend = open_store()

    def work(number: int) -> None:
        backend.create_pool(WorkPool(name=f"p{number}", type="process"))
        backend.set_variable(Variable(f"v{number}", number))
        backend.pools()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(100)))
    assert len(backend.variables()) == 100
    assert len(backend.pools()) == 101


def test_thousands_of_deployments_are_one_transaction(open_store: Open) -> None:
    """Whoever reads meanwhile sees none of them, or all."""
    backend, reader = open_store(), open_store()
    statements: list[str] = []
    backend._store._connection.set_trace_callback(statements.append)
    writes = [Write(None, Deployment(flow="f", name=f"n{i}", work_pool="default")) for i in range(2000)]
    assert all(written.id for written in backend.write(writes))

    changes = [each for each in statements if each.startswith(("BEGIN", "COMMIT"))]
    assert changes == ["BEGIN IMMEDIATE", "COMMIT"]
    assert sum(each.lstrip().startswith("SELECT") for each in statements) < 20
    assert len(reader.deployments()) == 2000


def test_reading_imports_little(tmp_path: Path) -> None:
    """No cryptography, and nothing that reckons with schedules, until they are needed."""
    code = (
        "import sys, pathlib\n"
        "from syntask_yaml.backend.embedded import EmbeddedBackend\n"
        "EmbeddedBackend.open(pathlib.Path(sys.argv[1])).deployments()\n"
        "print([name for name in ('cryptography', 'croniter', 'dateutil', 'httpx') if name in sys.modules])"
    )
    argv = (sys.executable, "-c", code, str(tmp_path / "syntask.db"))
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True, env=os.environ)

    assert done.stdout.strip() == "[]"


def test_a_request_of_the_past_is_due_at_once(open_store: Open) -> None:
    """Times before 1970 are times, too."""
    backend = open_store()
    (written,) = backend.write([Write(None, Deployment(flow="f", name="n"))])
    long_ago = datetime(1, 1, 1, tzinfo=UTC)
    run = backend.create_run(RunRequest(deployment_id=str(written.id), scheduled=long_ago))

    assert run.scheduled == long_ago
    assert backend.run(run.id) is not None


def test_runs_are_read_by_the_places_of_their_columns(open_store: Open, path: Path) -> None:
    """A migration that adds a column adds it to the row that is read, too."""
    open_store()
    with closing(sqlite3.connect(path)) as connection:
        columns = [column[1] for column in connection.execute("PRAGMA table_info(runs)")]
    assert tuple(columns) == COLUMNS
