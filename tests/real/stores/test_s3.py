"""The S3 steps where signatures are checked, connections break, and somebody means harm."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.model.secret import Secret
from syntask_yaml.steps.base import StepFailedAt, StepStopped
from tests.real.stores.conftest import Workplace, sealed
from tests.support import object_stores
from tests.support.broken_wire import Wire, broken_wire
from tests.support.object_stores import ACCESS_KEY, SECRET_KEY, ObjectStore

pytestmark = pytest.mark.real


def through(wire: Wire, store: ObjectStore) -> dict[str, Any]:
    """The inputs that reach *store* over a wire."""
    parameters = {**store.inputs["client_parameters"], "endpoint_url": f"http://127.0.0.1:{wire.port}"}
    return {"client_parameters": parameters}


@pytest.mark.parametrize(
    "credentials",
    [
        {"aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": Secret(SECRET_KEY), "region_name": "eu-1"},
        {"minio_root_user": ACCESS_KEY, "minio_root_password": Secret(SECRET_KEY)},
        {"aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET_KEY, "aws_session_token": None},
    ],
    ids=["aws", "minio", "plain"],
)
def test_forms_of_credentials(signed_store: ObjectStore, tmp_path: Path, credentials: dict[str, Any]) -> None:
    """Each opens the bucket."""
    here = Workplace(tmp_path / "here", signed_store)
    here.write(flow="1")
    here.push(credentials=credentials)

    assert (tmp_path / "buckets/flows/production/flow").read_text() == "1"


def test_credentials_of_the_machine(
    signed_store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any in the step, those that AWS's own tools find are used; parameters may be in the block."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    here = Workplace(tmp_path / "here", signed_store)
    here.write(flow="1")
    here.push(credentials=None)
    block = {"aws_client_parameters": f'{{"endpoint_url": "{signed_store.url}"}}'}
    here.push("other", credentials=block, client_parameters=None)

    assert {path.name for path in (tmp_path / "buckets/flows").iterdir()} == {"production", "other"}


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"credentials": {"aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": "planted-wrong-key"}},
         "rejected the credentials"),
        ({"credentials": {"aws_access_key_id": "planted-id", "aws_secret_access_key": SECRET_KEY}},
         "rejected the credentials"),
        ({"credentials": None}, "No credentials were found"),
        ({"credentials": {"aws_access_key_id": ACCESS_KEY}}, "without a secret key"),
        ({"client_parameters": {"endpoint": "x"}}, "The S3 client has no parameter"),
        ({"credentials": {"profile_name": "nobody"}}, "No credentials were found"),
        ({"bucket": "Not A Bucket"}, "is not a valid location"),
    ],
)  # fmt: skip
def test_a_failure_says_what_to_do_and_not_the_key(
    signed_store: ObjectStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    inputs: dict[str, Any],
    expected: str,
) -> None:
    """Each failure has its own words and a hint, is not tried again, and tells no secret."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    here = Workplace(tmp_path / "here", signed_store)
    here.write(flow="1")
    for copy in (here.push, here.pull):
        with pytest.raises(StepFailedAt, match=expected) as caught:
            copy(**inputs)

        told = "".join([str(caught.value), caught.value.hint, *caught.value.lines, *map(repr, here.events)])
        assert caught.value.hint
        assert "planted-wrong-key" not in told
        assert SECRET_KEY not in told
        assert "again" not in "".join(here.lines)
        assert caught.value.__cause__ is caught.value.__context__ is None


def test_a_store_that_stays_away(signed_store: ObjectStore, tmp_path: Path) -> None:
    """The third attempt is the last."""
    here = Workplace(tmp_path / "here", signed_store)
    with pytest.raises(StepFailedAt, match="Cannot connect to"):
        here.pull(client_parameters={"endpoint_url": "http://127.0.0.1:1"})

    assert len([line for line in here.lines if "Trying again" in line]) == 2


@pytest.mark.parametrize("cuts", [3, 15])
def test_a_pull_over_a_wire_that_breaks(signed_store: ObjectStore, tmp_path: Path, cuts: int) -> None:
    """A file that ended early is asked for again; in the end every byte is there."""
    here, there = Workplace(tmp_path / "here", signed_store), Workplace(tmp_path / "there", signed_store)
    for number in range(4):
        here.put(f"file-{number}", os.urandom(600_000))
    here.push()
    with broken_wire(signed_store.port, after=200_000, cuts=cuts) as wire:
        there.pull(**through(wire, signed_store))

    assert wire.cut == cuts
    assert there.files() == here.files()


def test_a_push_over_a_wire_that_breaks(signed_store: ObjectStore, tmp_path: Path) -> None:
    """The same the other way."""
    here, there = Workplace(tmp_path / "here", signed_store), Workplace(tmp_path / "there", signed_store)
    for number in range(4):
        here.put(f"file-{number}", os.urandom(600_000))
    with broken_wire(signed_store.port, after=200_000, cuts=4) as wire:
        here.push(**through(wire, signed_store))
    there.pull()

    assert wire.cut == 4
    assert there.files() == here.files()


def test_a_wire_that_stays_broken(signed_store: ObjectStore, tmp_path: Path) -> None:
    """Then the pull fails, and what was here before is as it was: no part of a file, and no draft."""
    here, there = Workplace(tmp_path / "here", signed_store), Workplace(tmp_path / "there", signed_store)
    here.write(small="new", large=os.urandom(600_000))
    here.push()
    there.write(small="old", large="old")
    with (
        broken_wire(signed_store.port, after=200_000, cuts=10**6) as wire,
        pytest.raises(StepFailedAt, match=r"was lost|Cannot connect to"),
    ):
        there.pull(**through(wire, signed_store))

    assert there.files() == {"small": b"old", "large": b"old"}
    assert {path.name for path in there.directory.iterdir()} == {"small", "large"}


@pytest.mark.parametrize("verb", ["push", "pull"])
def test_a_store_that_says_nothing_is_not_waited_for(tmp_path: Path, verb: str) -> None:
    """When the command is to end, so does the step, in the middle of whatever it waits for."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = ObjectStore(
            "s3", silent.getsockname()[1], inputs=object_stores.s3_inputs(silent.getsockname()[1])
        )
        place = Workplace(tmp_path, store)
        place.write(flow="1")
        threading.Timer(0.5, place.context.stop.set).start()
        with pytest.raises(StepStopped, match="was stopped"):
            getattr(place, verb)()

    assert place.files() == {"flow": b"1"}


def test_a_full_disk(signed_store: ObjectStore, tmp_path: Path) -> None:
    """The pull says so, at once, and leaves nothing."""
    here = Workplace(tmp_path / "here", signed_store)
    here.write(large=os.urandom(4 * 2**20))
    here.push()
    mount = tmp_path / "small"
    mount.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(mount)], capture_output=True)
    if made.returncode:
        pytest.skip(f"no small disk can be made here: {made.stderr.decode().strip()}")
    try:
        there = Workplace(mount / "there", signed_store)
        with pytest.raises(StepFailedAt, match="No space left on device"):
            there.pull()
        assert list(there.directory.iterdir()) == []
        assert "again" not in "".join(there.lines)
    finally:
        subprocess.run(["umount", str(mount)], check=True)


_KILLED = """
import os, sys
from pathlib import Path
from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.s3 import pull_from_s3
import syntask_yaml.steps.transfer.pull as pull
bring = pull.pull_all
def killed(*arguments):
    bring(*arguments)
    os.kill(os.getpid(), 9)
pull.pull_all = killed
pull_from_s3(StepContext(Path.cwd(), os.environ), bucket="flows", folder="production", **eval(sys.argv[1]))
"""


def test_a_pull_that_was_killed(signed_store: ObjectStore, tmp_path: Path) -> None:
    """What it left is no file under its own name, and goes with the next pull."""
    here, there = Workplace(tmp_path / "here", signed_store), Workplace(tmp_path / "there", signed_store)
    here.write(flow="1", more="2")
    here.push()
    inputs = repr(dict(signed_store.inputs))
    killed = subprocess.run([sys.executable, "-c", _KILLED, inputs], cwd=there.directory, capture_output=True)
    left = [path.name for path in there.directory.iterdir()]
    assert killed.returncode == -9, killed.stderr
    assert [name[:9] for name in left] == [".syntask-"]

    there.pull()
    assert {path.name for path in there.directory.iterdir()} == {"flow", "more"}


def test_a_push_and_a_pull_tell_no_secret(signed_store: ObjectStore, tmp_path: Path) -> None:
    """Neither what was said, nor any file that was written, holds the key."""
    here, there = Workplace(tmp_path / "here", signed_store), Workplace(tmp_path / "there", signed_store)
    here.write(flow="1")
    inputs = sealed(signed_store.inputs)
    here.push(**inputs)
    there.pull(**inputs)
    seen = [repr(event).encode() for event in (*here.events, *there.events)]
    seen += [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]

    assert not [text for text in seen if SECRET_KEY.encode() in text]
    assert there.files() == {"flow": b"1"}


@pytest.mark.skipif(bool(object_stores.missing(object_stores.MOTO)), reason="not installed: moto_server")
@pytest.mark.parametrize("key", ["../out", "a/../../out", "/etc/out", "a//b", "./out", "a/./b"])
def test_a_key_that_leads_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """Nothing of the folder is copied then, and the key is named."""
    monkeypatch.setenv("NO_PROXY", "*")
    with object_stores.moto() as store:
        there = Workplace(tmp_path / "deep/there", store)
        put_key(store, "production/fine", b"1")
        put_key(store, f"production/{key}", b"2")
        with pytest.raises(StepFailedAt, match="is not a valid relative path") as caught:
            there.pull()

    assert key in str(caught.value)
    assert [path.name for path in tmp_path.rglob("*")] == ["deep", "there"]


@pytest.mark.skipif(bool(object_stores.missing(object_stores.MOTO)), reason="not installed: moto_server")
def test_links_and_folders_in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link that is here leads no file astray; marks of empty folders are no files."""
    monkeypatch.setenv("NO_PROXY", "*")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("precious")
    with object_stores.moto() as store:
        put_key(store, "production/flows/", b"")
        put_key(store, "production/flows/etl.py", b"1")
        put_key(store, "production/data", b"")
        put_key(store, "production/data/x", b"2")
        there = Workplace(tmp_path / "there", store)
        (there.directory / "flows").symlink_to(outside)
        with pytest.raises(StepFailedAt, match="a link to outside"):
            there.pull()
        (there.directory / "flows").unlink()
        (there.directory / "data").mkdir()
        (there.directory / "data/x").symlink_to(outside / "file")
        there.pull()
        put_key(store, "production/flows", b"in the way")
        with pytest.raises(StepFailedAt, match="conflicts with a folder"):
            there.pull()

    assert there.files() == {"flows/etl.py": b"1", "data/x": b"2"}
    assert {path.name: path.read_text() for path in outside.iterdir()} == {"file": "precious"}


def put_key(store: ObjectStore, key: str, content: bytes) -> None:
    """Write an object under a key as it is, whatever a path may mean elsewhere."""
    from syntask_yaml.steps.s3 import open_s3

    filesystem = open_s3(store.bucket, "", **store.inputs).filesystem
    filesystem.call_s3("put_object", Bucket=store.bucket, Key=key, Body=content)
