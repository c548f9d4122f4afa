"""`git_clone` against real servers with passwords, certificates and keys."""

from __future__ import annotations

import base64
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from syntask_yaml.model.events import Event
from syntask_yaml.model.secret import Secret
from syntask_yaml.model.step import Step
from syntask_yaml.steps.base import StepContext, StepFailedAt
from syntask_yaml.steps.runner import run_steps
from syntask_yaml.template import Scope
from tests.support import git_server
from tests.support.broken_wire import broken_wire
from tests.support.git_repository import Repository, git_daemon
from tests.support.git_server import GitServer
from tests.support.ports import free_port

pytestmark = pytest.mark.real

# With everything that means something in a URL, a shell, a configuration file or a protocol.
TOKEN = "tok/en@x#1%41?&=+;'\"$HOME`id`\\n !é|*"
PASSWORDS = {
    "x-access-token": TOKEN,
    "oauth2": TOKEN,
    "x-token-auth": TOKEN,
    "robot": TOKEN,
    "deploy": "plain:with:colons",
}
needs_apache = pytest.mark.skipif(bool(git_server.NO_APACHE), reason=git_server.NO_APACHE or "-")


@pytest.fixture(scope="module", name="repositories")
def _repositories() -> Iterator[Path]:
    """`team/flows.git` with a submodule `team/lib.git` that its server serves with a login too."""
    with git_server.public_directory() as base:
        _fill(base)
        yield base


def _fill(base: Path) -> None:
    lib = Repository(base / "team" / "lib")
    lib.commit(helper="help")
    flows = Repository(base / "team" / "flows")
    flows.commit(README="hello", flows__etl="etl", other__big="big")
    settings = '[submodule "lib"]\n\tpath = lib\n\turl = ../lib.git\n'
    (flows.path / ".gitmodules").write_text(settings, encoding="utf-8")
    flows.git("-c", "protocol.file.allow=always", "clone", "--quiet", str(lib.path), "lib")
    flows.git("add", "lib", ".gitmodules")
    flows.commit()
    flows.git("branch", "release/1.0")
    for work in (lib, flows):
        bare = base / "team" / f"{work.path.name}.git"
        bare.parent.mkdir(exist_ok=True)
        work.git("clone", "--quiet", "--bare", ".", str(bare))
        subprocess.run(["git", "-C", str(bare), "config", "uploadpack.allowFilter", "true"], check=True)


@pytest.fixture(scope="module", name="server")
def _server(repositories: Path) -> Iterator[GitServer]:
    with git_server.apache(repositories, PASSWORDS) as server:
        yield server


@dataclass
class Workplace:
    """A directory to clone into, and everything that anybody saw meanwhile."""

    directory: Path
    environ: dict[str, str]
    seen: list[str] = field(default_factory=list)
    on_retry: Callable[[], object] = lambda: None

    def clone(self, **inputs: Any) -> Path:
        """Run the step as a run would; where the clone is."""
        context = StepContext(self.directory, self.environ)
        outputs = run_steps(
            [Step("prefect.deployments.steps.git_clone", inputs)],
            section="pull",
            label="etl",
            context=context,
            scope=Scope(),
            notify=self._note,
        )
        return self.directory / str(outputs["directory"])

    def _note(self, event: Event) -> None:
        self.seen.append(repr(event))
        if "Trying again" in self.seen[-1]:
            self.on_retry()

    def everything(self) -> Iterator[tuple[str, bytes]]:
        """What was said, and each file that was written, with a name for it."""
        yield "output", "\n".join(self.seen).encode()
        for path in self.directory.rglob("*"):
            if path.is_file():
                yield str(path), path.read_bytes()


@pytest.fixture(name="place")
def _place(tmp_path: Path, server: GitServer) -> Workplace:
    directory = tmp_path / "run"
    directory.mkdir()
    home = tmp_path / "home"
    home.mkdir()
    environ = {**os.environ, "HOME": str(home), "GIT_SSL_CAINFO": str(server.certificate), "NO_PROXY": "*"}
    return Workplace(directory, environ)


def forms_of(secret: str) -> list[bytes]:
    """A secret as it could turn up."""
    pairs = [f"{user}:{secret}" for user in PASSWORDS]
    encoded = [base64.b64encode(pair.encode()) for pair in pairs]
    return [secret.encode(), quote(secret, safe="").encode(), *encoded]


def assert_unseen(secret: str, place: Workplace) -> None:
    """Fail if *secret* stands anywhere that is looked at or kept."""
    for name, content in place.everything():
        assert not [form for form in forms_of(secret) if form in content], name


@needs_apache
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("inputs", "user"),
    [
        ({"access_token": Secret(TOKEN)}, "x-access-token"),
        ({"access_token": f"robot:{TOKEN}"}, "robot"),
        ({"credentials": {"username": "robot", "password": Secret(TOKEN)}}, "robot"),
        ({"credentials": {"token": Secret(TOKEN), "url": None}}, "x-access-token"),
        ({"credentials": {"access_token": "plain:with:colons", "username": "deploy"}}, "deploy"),
        ({"credentials": Secret(f"oauth2:{TOKEN}")}, "oauth2"),
    ],
)
def test_credentials_open_a_private_repository(
    place: Workplace, server: GitServer, scheme: str, inputs: dict[str, Any], user: str
) -> None:
    """Each form of credentials works for http and https, and is stored nowhere."""
    server.access_log.write_text("", encoding="utf-8")
    base = getattr(server, scheme)
    clone = place.clone(repository=f"{base}/private/team/flows.git", **inputs)

    assert (clone / "README").read_text(encoding="utf-8") == "hello"
    assert server.users() == {user}
    assert_unseen(TOKEN, place)
    assert_unseen("plain:with:colons", place)


@needs_apache
def test_a_login_in_the_url_is_used_and_not_stored(place: Workplace, server: GitServer) -> None:
    """Credentials that the user wrote into the URL reach git, and nothing else."""
    url = server.https.replace("://", f"://robot:{quote(TOKEN, safe='')}@")
    clone = place.clone(repository=f"{url}/private/team/flows.git")

    assert f"url = {server.https}/private/team/flows.git" in (clone / ".git/config").read_text()
    assert_unseen(TOKEN, place)


@needs_apache
def test_a_login_that_another_tool_stored_is_forgotten(place: Workplace, server: GitServer) -> None:
    """The URL of a clone that holds a token is cleaned when the clone is brought up to date."""
    clone = place.clone(repository=f"{server.http}/public/team/flows.git")
    stored = server.http.replace("://", "://robot:old-token@")
    subprocess.run(
        ["git", "-C", str(clone), "remote", "set-url", "origin", f"{stored}/public/team/flows.git"],
        check=True,
    )

    place.clone(repository=f"{server.http}/public/team/flows.git")

    assert "old-token" not in (clone / ".git/config").read_text()


@contextmanager
def process_lists() -> Iterator[set[bytes]]:
    """The arguments of every process that runs meanwhile."""
    seen: set[bytes] = set()
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.is_set():
            for name in filter(str.isdigit, os.listdir("/proc")):  # noqa: PTH208  (a glob fails for what ends)
                with suppress(OSError):
                    seen.add(Path("/proc", name, "cmdline").read_bytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        is_over.set()
        watcher.join()


@needs_apache
def test_nothing_of_the_login_is_in_anybodys_arguments(place: Workplace, server: GitServer) -> None:
    """While git runs, the process list does not hold the token."""
    with process_lists() as seen:
        for number in range(5):
            place.clone(
                repository=f"{server.https}/private/team/flows.git",
                access_token=Secret(TOKEN),
                include_submodules=True,
                clone_directory_name=f"clone-{number}",
            )

    assert any(b"clone" in line and b"git" in line for line in seen)
    assert not [line for line in seen for form in forms_of(TOKEN) if form in line]


@needs_apache
def test_submodules_of_the_same_server_get_the_login(place: Workplace, server: GitServer) -> None:
    """A submodule that needs the same login is cloned with it, and updated later."""
    options = {"repository": f"{server.https}/private/team/flows.git", "include_submodules": True}
    clone = place.clone(access_token=TOKEN, **options)

    assert (clone / "lib/helper").read_text(encoding="utf-8") == "help"
    assert place.clone(access_token=TOKEN, **options) == clone
    assert_unseen(TOKEN, place)


@needs_apache
def test_a_submodule_elsewhere_does_not_get_the_login(
    place: Workplace, server: GitServer, repositories: Path, tmp_path: Path
) -> None:
    """The login goes to the repository's own server; another one, here another port, asks in vain."""
    work = Repository(tmp_path / "outer")
    settings = f'[submodule "lib"]\n\tpath = lib\n\turl = {server.http}/private/team/lib.git\n'
    (work.path / ".gitmodules").write_text(settings, encoding="utf-8")
    work.git("clone", "--quiet", str(repositories / "team" / "lib"), "lib")
    work.git("add", "lib", ".gitmodules")
    work.commit()
    work.git("clone", "--quiet", "--bare", ".", str(repositories / "team" / "outer.git"))
    server.access_log.write_text("", encoding="utf-8")

    with pytest.raises(StepFailedAt, match="requires authentication"):
        place.clone(
            repository=f"{server.https}/private/team/outer.git",
            access_token=Secret(TOKEN),
            include_submodules=True,
        )

    log = server.access_log.read_text(encoding="utf-8")
    assert "x-access-token 200 /private/team/outer.git" in log
    assert "x-access-token 200 /private/team/lib.git" not in log
    assert_unseen(TOKEN, place)


@needs_apache
@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({}, "requires authentication"),
        ({"access_token": Secret("wrong-" + TOKEN)}, "rejected the credentials"),
        ({"access_token": TOKEN, "path": "private/team/none.git"}, "The repository .* does not exist"),
        ({"access_token": TOKEN, "branch": "no-such"}, "no such branch or tag"),
        ({"access_token": TOKEN, "commit_sha": "0" * 40}, "no such commit"),
        ({"access_token": TOKEN, "commit_sha": "0000"}, "has no commit `0000`"),
    ],
)
def test_a_failure_says_what_to_do_and_not_the_token(
    place: Workplace, server: GitServer, inputs: dict[str, Any], expected: str
) -> None:
    """Each failure has its own words and a hint; none is tried again, and none tells the token."""
    path = inputs.pop("path", "private/team/flows.git")
    with pytest.raises(StepFailedAt, match=expected) as caught:
        place.clone(repository=f"{server.https}/{path}", **inputs)

    assert caught.value.hint
    assert not [line for line in place.seen if "again" in line]
    told = "".join([repr(caught.value), str(caught.value), caught.value.hint, *caught.value.lines])
    assert not [form for form in forms_of(TOKEN) if form.decode() in told]
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert list(place.directory.iterdir()) == []


@needs_apache
def test_an_unknown_certificate_is_refused(place: Workplace, server: GitServer) -> None:
    """Nothing is sent to a server that cannot show who it is."""
    place.environ["GIT_SSL_CAINFO"] = "/etc/ssl/certs/ca-certificates.crt"
    with pytest.raises(StepFailedAt, match="git does not trust the certificate") as caught:
        place.clone(repository=f"{server.https}/private/team/flows.git", access_token=TOKEN)

    assert "GIT_SSL_CAINFO" in caught.value.hint


@needs_apache
def test_the_users_own_helpers_do_not_get_the_token(place: Workplace, server: GitServer) -> None:
    """A helper that stores what works is not told of a token that came from a step."""
    store = Path(place.environ["HOME"]) / "store"
    config = Path(place.environ["HOME"]) / ".gitconfig"
    config.write_text(f'[credential]\n\thelper = "store --file={store}"\n', encoding="utf-8")

    place.clone(repository=f"{server.https}/private/team/flows.git", access_token=TOKEN)

    assert not store.exists()


@needs_apache
def test_the_users_own_helpers_are_asked_without_a_token(place: Workplace, server: GitServer) -> None:
    """Without credentials, git may use those that it knows itself."""
    host = server.https.removeprefix("https://")
    store = Path(place.environ["HOME"]) / "store"
    store.write_text(f"https://deploy:plain%3Awith%3Acolons@{host}\n", encoding="utf-8")
    config = Path(place.environ["HOME"]) / ".gitconfig"
    config.write_text(f'[credential]\n\thelper = "store --file={store}"\n', encoding="utf-8")

    clone = place.clone(repository=f"{server.https}/private/team/flows.git")

    assert (clone / "README").exists()


@needs_apache
def test_a_sparse_clone_fetches_what_it_needs(place: Workplace, server: GitServer) -> None:
    """With `directories`, only those files come over the wire; later ones are fetched with the login."""
    options = {"repository": f"{server.https}/private/team/flows.git", "access_token": TOKEN}
    clone = place.clone(directories=["flows"], **options)
    present = {path.name for path in clone.iterdir()} - {".git"}
    listed = ["git", "-C", str(clone), "rev-list", "--objects", "--all", "--missing=print"]
    missing = subprocess.check_output(listed, text=True)

    assert present == {"README", ".gitmodules", "flows", "lib"}
    assert "?" in missing
    assert (place.clone(directories=["other"], **options) / "other/big").read_text() == "big"


@needs_apache
def test_a_commit_by_the_beginning_of_its_name(
    place: Workplace, server: GitServer, repositories: Path
) -> None:
    """A short name is looked up among everything that the repository has."""
    log = ["git", "-C", str(repositories / "team" / "flows"), "rev-list", "main"]
    *_newer, first = subprocess.check_output(log, text=True).split()

    clone = place.clone(
        repository=f"{server.https}/private/team/flows.git", access_token=TOKEN, commit_sha=first[:7]
    )

    head = subprocess.check_output(["git", "-C", str(clone), "rev-parse", "HEAD"], text=True)
    assert head.strip() == first


@pytest.mark.skipif(bool(git_server.NO_SSHD), reason=git_server.NO_SSHD or "-")
def test_ssh_with_a_key(tmp_path: Path, repositories: Path) -> None:
    """ssh uses the key that git is set up with; a token beside it is told to be of no use."""
    (tmp_path / "run").mkdir()
    with git_server.sshd(tmp_path / "sshd") as server:
        environ = {**os.environ, "GIT_SSH_COMMAND": server.command}
        place = Workplace(tmp_path / "run", environ)
        url = f"{server.url}{repositories}/team/flows"
        clone = place.clone(repository=url, branch="release/1.0", access_token=Secret("t0ken"))
        known = f"{tmp_path}/sshd/known"
        place.environ["GIT_SSH_COMMAND"] = server.command.replace(known, "/dev/null")
        with pytest.raises(StepFailedAt, match="The ssh host key"):
            place.clone(repository=url, clone_directory_name="again")

    assert clone.name == "flows-release-1.0"
    assert "credentials are not used" in "".join(place.seen)
    assert_unseen("t0ken", place)


def test_a_server_that_comes_back_is_asked_again(tmp_path: Path, repositories: Path) -> None:
    """While nobody listens, the step waits and tries again."""
    (tmp_path / "run").mkdir()
    port = free_port()
    with ExitStack() as stack:
        start = partial(stack.enter_context, git_daemon(repositories, port=port))
        place = Workplace(tmp_path / "run", dict(os.environ), on_retry=start)
        clone = place.clone(repository=f"git://127.0.0.1:{port}/team/flows.git")

    assert (clone / "README").exists()
    assert len([line for line in place.seen if "Trying again" in line]) == 1


def test_a_server_that_stays_away(tmp_path: Path) -> None:
    """The third attempt is the last, and the failure says what was tried."""
    place = Workplace(tmp_path, dict(os.environ))
    with pytest.raises(StepFailedAt, match="Cannot connect to"):
        place.clone(repository=f"git://127.0.0.1:{free_port()}/team/flows.git")

    assert len([line for line in place.seen if "Trying again" in line]) == 2


@pytest.fixture(scope="module", name="large")
def _large(repositories: Path) -> str:
    """A repository whose pack does not come in one piece; its path."""
    work = Repository(repositories / "team" / "large")
    work.commit(README="hello")
    (work.path / "model").write_bytes(os.urandom(2**20))
    work.commit()
    work.git("clone", "--quiet", "--bare", ".", str(repositories / "team" / "large.git"))
    return "private/team/large.git"


@needs_apache
@pytest.mark.parametrize("inputs", [{}, {"branch": "main"}, {"commit_sha": "main"}])
def test_a_connection_that_breaks_in_the_middle(
    place: Workplace, server: GitServer, repositories: Path, large: str, inputs: dict[str, str]
) -> None:
    """The clone is begun again, and is whole; nothing is left of the first attempt, and no token told."""
    if "commit_sha" in inputs:
        work = repositories / "team" / "large"
        inputs = {
            "commit_sha": subprocess.check_output(["git", "rev-parse", "main"], cwd=work, text=True).strip()
        }
    port = int(server.http.rpartition(":")[2])
    with broken_wire(port, after=300_000, cuts=2) as wire:
        url = f"http://127.0.0.1:{wire.port}/{large}"
        clone = place.clone(repository=url, access_token=Secret(TOKEN), **inputs)
        again = place.clone(repository=url, access_token=Secret(TOKEN), **inputs)

    assert wire.cut == 2
    assert again == clone
    assert (clone / "model").stat().st_size == 2**20
    assert len([line for line in place.seen if "Trying again" in line]) == 2
    assert [path.name for path in place.directory.iterdir()] == [clone.name]
    assert_unseen(TOKEN, place)


@needs_apache
def test_an_update_that_breaks_leaves_the_clone_as_it_was(
    place: Workplace, server: GitServer, repositories: Path, large: str
) -> None:
    """Where the connection breaks each time, the clone that was there is still whole."""
    url = f"{server.http}/{large}"
    clone = place.clone(repository=url, access_token=TOKEN)
    work = Repository(repositories / "team" / "more")
    work.commit(README="changed")
    (work.path / "model").write_bytes(os.urandom(2**20))
    work.commit()
    bare = repositories / "team" / "large.git"
    before = subprocess.check_output(["git", "-C", str(bare), "rev-parse", "main"], text=True).strip()
    work.git("push", "--quiet", "--force", str(bare), "main")
    port = int(server.http.rpartition(":")[2])
    try:
        with broken_wire(port, after=300_000, cuts=10**6) as wire:
            broken = url.replace(str(port), str(wire.port))
            subprocess.run(["git", "-C", str(clone), "remote", "set-url", "origin", broken], check=True)
            with pytest.raises(StepFailedAt, match="The connection to"):
                place.clone(repository=broken, access_token=TOKEN)
    finally:
        subprocess.run(["git", "-C", str(bare), "update-ref", "refs/heads/main", before], check=True)

    assert (clone / "README").read_text(encoding="utf-8") == "hello"
    status = subprocess.check_output(["git", "-C", str(clone), "status", "--porcelain"], text=True)
    assert status == ""
