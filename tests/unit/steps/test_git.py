"""`git_clone` with repositories of this machine, and the parts that need no server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.errors import StepFailed
from syntask_yaml.model.secret import Secret
from syntask_yaml.steps.base import StepContext, StepFailedAt, StepStopped
from syntask_yaml.steps.failures import Kind
from syntask_yaml.steps.git.address import Address, parse_address
from syntask_yaml.steps.git.clone import git_clone
from syntask_yaml.steps.git.command import check_options, environment
from syntask_yaml.steps.git.credentials import Login, login_for
from syntask_yaml.steps.git.failure import failure_of
from syntask_yaml.steps.git.lock import only_one
from tests.support.git_repository import Repository, git_daemon
from tests.unit.steps.conftest import Bench, builtin


@pytest.fixture(name="flows")
def _flows(tmp_path: Path) -> Repository:
    """A repository with two branches, a tag, and some directories."""
    repository = Repository(tmp_path / "origin" / "flows")
    repository.commit(README="one", flows__etl="etl one", other__big="big")
    repository.git("tag", "v1")
    repository.git("checkout", "--quiet", "-b", "feature/x")
    repository.commit(README="feature")
    repository.git("checkout", "--quiet", "main")
    repository.commit(README="two")
    return repository


def clone(bench: Bench, repository: Repository | str, **inputs: Any) -> Path:
    """Run the step; where the clone is."""
    url = repository if isinstance(repository, str) else repository.url
    outputs = bench.run(builtin("git_clone", repository=url, **inputs))
    return bench.directory / str(outputs["directory"])


def git(directory: Path, *arguments: str) -> str:
    return subprocess.check_output(["git", "-C", str(directory), *arguments], text=True).strip()


def test_the_newest_commit_of_the_repositorys_own_branch(bench: Bench, flows: Repository) -> None:
    """Without a branch, it is the one that the repository itself stands on; without its history."""
    place = clone(bench, flows)

    assert place == bench.directory / "flows"
    assert (place / "README").read_text(encoding="utf-8") == "two"
    assert git(place, "rev-parse", "--abbrev-ref", "HEAD") == "main"
    assert git(place, "rev-list", "--count", "HEAD") == "1"


_CLONE = """
import os, sys
from pathlib import Path
from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.git.clone import git_clone
git_clone(StepContext(Path.cwd(), os.environ), repository=sys.argv[1])
print("git" in sys.modules)
"""


def test_a_new_clone_does_not_load_gitpython(flows: Repository, tmp_path: Path) -> None:
    """Which takes as long as git takes to clone."""
    words = [sys.executable, "-c", _CLONE, flows.url]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "False"
    assert (tmp_path / "flows" / "README").exists()


@pytest.mark.parametrize(
    ("inputs", "name", "text", "head"),
    [
        ({"branch": "feature/x"}, "flows-feature-x", "feature", "feature/x"),
        ({"branch": "v1"}, "flows-v1", "one", "HEAD"),
        ({"branch": "feature/x", "clone_directory_name": "here"}, "here", "feature", "feature/x"),
        ({"clone_directory_name": "deep/er"}, "deep/er", "two", "main"),
    ],
)
def test_branches_tags_and_directories(
    bench: Bench, flows: Repository, inputs: dict[str, Any], name: str, text: str, head: str
) -> None:
    """The directory is called like the repository and the branch, or as the step says."""
    for _again in range(2):
        place = clone(bench, flows, **inputs)

        assert place == bench.directory / name
        assert (place / "README").read_text(encoding="utf-8") == text
        assert git(place, "rev-parse", "--abbrev-ref", "HEAD") == head


@pytest.mark.parametrize("length", [40, 8])
def test_a_commit(bench: Bench, flows: Repository, length: int) -> None:
    """A commit by its name, or the beginning of it, also in a clone that has another one."""
    first = flows.git("rev-parse", "v1")
    place = clone(bench, flows, commit_sha=first[:length].upper())

    assert git(place, "rev-parse", "HEAD") == first
    assert clone(bench, flows, commit_sha=flows.git("rev-parse", "feature/x")) == place
    assert (place / "README").read_text(encoding="utf-8") == "feature"


def test_a_server_that_gives_out_no_single_commits(bench: Bench, flows: Repository, tmp_path: Path) -> None:
    """Then everything is fetched, and the commit is found in it."""
    first = flows.git("rev-parse", "v1")
    bench.context.environ = {
        **bench.context.environ,
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "protocol.version",
        "GIT_CONFIG_VALUE_0": "0",
    }
    with git_daemon(tmp_path / "origin") as url:
        place = clone(bench, f"{url}/flows", commit_sha=first)

    assert git(place, "rev-parse", "HEAD") == first


def test_a_commit_called_like_a_branch(bench: Bench, flows: Repository) -> None:
    """A branch whose name reads like the beginning of a commit is not taken for it."""
    flows.git("branch", "abcd1234")
    with pytest.raises(StepFailedAt, match="has no commit `abcd1234`"):
        clone(bench, flows, commit_sha="abcd1234")


def test_only_some_directories(bench: Bench, flows: Repository) -> None:
    """Files at the top and in those; other ones later; and all of them again."""
    place = clone(bench, flows, directories=["flows", "none/"])
    assert {path.name for path in place.iterdir()} == {".git", "README", "flows"}
    assert "no directory `none`" in "".join(bench.lines)

    assert clone(bench, flows, directories=["other"]) == place
    assert {path.name for path in place.iterdir()} == {".git", "README", "other"}

    assert clone(bench, flows) == place
    assert {path.name for path in place.iterdir()} == {".git", "README", "flows", "other"}


def test_submodules(bench: Bench, flows: Repository, tmp_path: Path) -> None:
    """They come along when asked for, and move with the repository."""
    lib = Repository(tmp_path / "origin" / "lib")
    lib.commit(helper="one")
    with git_daemon(tmp_path / "origin") as url:
        flows.git("submodule", "--quiet", "add", f"{url}/lib", "lib")
        flows.commit()
        assert not (clone(bench, f"{url}/flows") / "lib/helper").exists()
        place = clone(bench, f"{url}/flows", include_submodules=True)
        assert (place / "lib/helper").read_text(encoding="utf-8") == "one"

        lib.commit(helper="two")
        git(flows.path / "lib", "pull", "--quiet")
        flows.commit()
        clone(bench, f"{url}/flows", include_submodules=True)
        assert (place / "lib/helper").read_text(encoding="utf-8") == "two"


def test_a_submodule_at_a_path_of_this_machine_is_refused(
    bench: Bench, flows: Repository, tmp_path: Path
) -> None:
    """A repository cannot make us copy what lies on our disk."""
    lib = Repository(tmp_path / "origin" / "lib")
    lib.commit(helper="one")
    flows.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(lib.path), "lib")
    flows.commit()
    with pytest.raises(StepFailedAt, match="address that git does not allow"):
        clone(bench, flows, include_submodules=True)


def test_a_clone_is_brought_up_to_date_in_place(bench: Bench, flows: Repository) -> None:
    """What the repository has wins over what was changed here; other files are left alone."""
    place = clone(bench, flows)
    (place / "README").write_text("changed here", encoding="utf-8")
    (place / "untracked").touch()
    inode = place.stat().st_ino
    flows.commit(README="three")
    flows.git("rm", "--quiet", "other/big")
    flows.commit()

    assert clone(bench, flows) == place
    assert (place / "README").read_text(encoding="utf-8") == "three"
    assert not (place / "other/big").exists()
    assert (place / "untracked").exists()
    assert place.stat().st_ino == inode
    assert git(place, "rev-list", "--count", "HEAD") == "1"


def test_a_history_that_was_rewritten(bench: Bench, flows: Repository) -> None:
    """A force-pushed branch is followed."""
    place = clone(bench, flows, branch="feature/x")
    flows.git("checkout", "--quiet", "feature/x")
    flows.git("reset", "--quiet", "--hard", "v1")
    flows.commit(README="rewritten")

    assert (clone(bench, flows, branch="feature/x") / "README").read_text(encoding="utf-8") == "rewritten"
    assert git(place, "status", "--porcelain") == ""


def test_a_whole_clone_stays_whole(bench: Bench, flows: Repository) -> None:
    """A clone that somebody made by hand keeps its history."""
    subprocess.run(["git", "clone", "--quiet", flows.url, str(bench.directory / "flows")], check=True)
    flows.commit(README="three")
    place = clone(bench, flows)

    assert git(place, "rev-list", "--count", "HEAD") == "3"


def test_the_repositorys_own_branch_may_change(bench: Bench, flows: Repository) -> None:
    """Without a branch, a later run goes where the repository stands then."""
    place = clone(bench, flows)
    flows.git("checkout", "--quiet", "-b", "trunk")
    flows.commit(README="trunk")
    clone(bench, flows)

    assert git(place, "rev-parse", "--abbrev-ref", "HEAD") == "trunk"
    assert (place / "README").read_text(encoding="utf-8") == "trunk"


def test_a_clone_of_something_else_is_left_alone(bench: Bench, flows: Repository, tmp_path: Path) -> None:
    """Neither another repository nor a directory of files is overwritten."""
    other = Repository(tmp_path / "else" / "flows")
    other.commit(README="else")
    place = clone(bench, other)
    with pytest.raises(StepFailedAt, match="clone of a repository other than"):
        clone(bench, flows)
    assert (place / "README").read_text(encoding="utf-8") == "else"

    bench.write("data/file", "precious")
    with pytest.raises(StepFailedAt, match="already exists and is not a clone"):
        clone(bench, flows, clone_directory_name="data")
    assert (bench.directory / "data/file").exists()


def test_an_own_repository_without_origin_is_left_alone(bench: Bench, flows: Repository) -> None:
    """A repository that never was cloned is somebody's work."""
    own = Repository(bench.directory / "flows")
    own.commit(work="mine")
    with pytest.raises(StepFailedAt, match="clone of a repository other than"):
        clone(bench, flows)

    assert (own.path / "work").exists()


@pytest.mark.parametrize(
    "breaks",
    [
        lambda place: (place / ".git/HEAD").unlink(),
        lambda place: (place / ".git/HEAD").write_text(""),
        lambda place: (place / ".git/index").write_bytes(b"broken"),
        lambda place: (place / ".git/index.lock").touch(),
        lambda place: [path.write_bytes(b"") for path in _writable((place / ".git/objects").rglob("*"))],
        lambda place: (place / ".git/config").write_text("[remote"),
    ],
    ids=["no-head", "empty-head", "index", "left-lock", "objects", "config"],
)
def test_a_broken_clone_is_made_anew(bench: Bench, flows: Repository, breaks: Any) -> None:
    """What a killed process, or a full disk, left behind does not stand in the way."""
    place = clone(bench, flows)
    breaks(place)
    flows.commit(README="three")

    assert clone(bench, flows) == place
    assert (place / "README").read_text(encoding="utf-8") == "three"
    assert git(place, "status", "--porcelain") == ""
    assert [path.name for path in bench.directory.iterdir()] == ["flows"]


def _writable(paths: Any) -> list[Path]:
    files = [path for path in paths if path.is_file()]
    for path in files:
        path.chmod(0o644)
    return files


def test_what_a_killed_process_left_is_removed(bench: Bench, flows: Repository) -> None:
    """Drafts of this clone go; those of another one, with a similar name, stay."""
    for name in (".flows.0123abcd.part", ".flows.x.0123abcd.part"):
        (bench.directory / name).mkdir()
    (bench.directory / "flows.lock").touch()
    clone(bench, flows)

    assert {path.name for path in bench.directory.iterdir()} == {"flows", ".flows.x.0123abcd.part"}


def test_a_failed_clone_leaves_nothing(bench: Bench, flows: Repository) -> None:
    """Neither a draft nor a lock."""
    with pytest.raises(StepFailedAt, match="no such branch or tag"):
        clone(bench, flows, branch="none")

    assert list(bench.directory.iterdir()) == []


def test_many_at_once_into_one_directory(bench: Bench, flows: Repository) -> None:
    """They take turns: each finds a whole clone or makes one."""
    failures: list[Exception] = []

    def run() -> None:
        context = StepContext(bench.directory, os.environ)
        try:
            git_clone(context, repository=flows.url)
        except StepFailed as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert (bench.directory / "flows/README").read_text(encoding="utf-8") == "two"
    assert [path.name for path in bench.directory.iterdir()] == ["flows"]


def test_waiting_for_the_lock_can_be_stopped(bench: Bench, flows: Repository) -> None:
    """Who waits says so, and ends when the command does."""
    threading.Timer(0.4, bench.context.stop.set).start()
    with only_one(bench.directory / "flows", bench.context), pytest.raises(StepStopped):
        clone(bench, flows)

    assert "Waiting for another process" in "".join(bench.lines)


def test_a_clone_can_be_stopped(bench: Bench, tmp_path: Path) -> None:
    """git ends at once when the command is to end, and leaves nothing."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        threading.Timer(0.5, bench.context.stop.set).start()
        began = time.monotonic()
        with pytest.raises(StepStopped):
            clone(bench, f"git://127.0.0.1:{silent.getsockname()[1]}/flows")

    assert time.monotonic() - began < 4
    assert list(bench.directory.iterdir()) == []


def test_a_git_around_us_does_not_lead_astray(bench: Bench, flows: Repository, tmp_path: Path) -> None:
    """In a git hook, variables name another repository; the clone is not made in that one."""
    other = Repository(tmp_path / "other")
    other.commit(README="other")
    led = {"GIT_DIR": str(other.path / ".git"), "GIT_INDEX_FILE": str(other.path / ".git/index")}
    bench.context.environ = {**bench.context.environ, **led, "GIT_WORK_TREE": str(other.path)}
    before = other.git("status", "--porcelain", "--branch")
    clone(bench, flows)
    clone(bench, flows)

    assert other.git("status", "--porcelain", "--branch") == before
    assert (bench.directory / "flows/README").read_text(encoding="utf-8") == "two"


def test_a_directory_of_this_machine(bench: Bench, flows: Repository) -> None:
    """A path is a repository too, relative to where the steps are."""
    relative = os.path.relpath(flows.path, bench.directory)
    for _again in range(2):
        place = clone(bench, relative)

        assert (place / "README").read_text(encoding="utf-8") == "two"
        assert git(place, "remote", "get-url", "origin") == str(flows.path)


def test_an_empty_repository(bench: Bench, tmp_path: Path) -> None:
    """There is nothing in it, and that is no failure."""
    empty = Repository(tmp_path / "empty")

    assert (clone(bench, empty) / ".git").is_dir()


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"repository": "ext::sh -c touch% pwned"}, "does not exist"),
        ({"repository": "ext://sh"}, "not a supported git address"),
        ({"repository": "--upload-pack=touch pwned"}, "is not a repository"),
        ({"repository": "-u"}, "is not a repository"),
        ({"repository": "ssh://-oProxyCommand=touch%20pwned/x"}, "not a supported git address"),
        ({"repository": "-oProxyCommand=x:y"}, "is not a repository"),
        ({"repository": "https://host/\nx"}, "is not a repository"),
        ({"repository": "https://host:99999999/x"}, "is not valid"),
        ({"repository": "ftp://host/x"}, "not a supported git address"),
        ({"repository": "https:///x"}, "not a supported git address"),
        ({"repository": ""}, "is not a repository"),
        ({"repository": "nowhere"}, "The repository `nowhere` does not exist"),
        ({"branch": "--upload-pack=touch pwned"}, "not a valid branch name"),
        ({"branch": "main:refs/heads/other"}, "not a valid branch name"),
        ({"branch": "*"}, "not a valid branch name"),
        ({"branch": "a..b"}, "not a valid branch name"),
        ({"commit_sha": "--help"}, "is not a commit"),
        ({"commit_sha": "abc"}, "is not a commit"),
        ({"commit_sha": "main"}, "is not a commit"),
        ({"branch": "main", "commit_sha": "0" * 40}, "`branch` and `commit_sha` are both set"),
        ({"directories": ["--stdin"]}, "not a valid directory of a repository"),
        ({"directories": ["../x"]}, "not a valid directory of a repository"),
        ({"directories": ["/"]}, "not a valid directory of a repository"),
        ({"clone_directory_name": "../out"}, "is not inside the current directory"),
        ({"clone_directory_name": "/tmp/out"}, "is not inside the current directory"),
        ({"clone_directory_name": "."}, "is not inside the current directory"),
        ({"clone_directory_name": "a/.git/hooks"}, "is not inside the current directory"),
        ({"clone_directory_name": "link/x"}, "is not inside the current directory"),
        ({"clone_directory_name": "file"}, "`file` is a file"),
        (
            {"access_token": "a", "credentials": {"token": "b"}},
            "`access_token` and `credentials` are both set",
        ),
        ({"access_token": "a\nb", "repository": "https://host/x"}, "line break"),
        ({"credentials": {"user": "x"}, "repository": "https://host/x"}, "have none of"),
        (
            {"access_token": "a", "repository": "https://u:p@host/x"},
            "URL of the repository contains credentials",
        ),
        (
            {"access_token": "a", "repository": "https://bitbucketserver.host/x"},
            "together with the token",
        ),
    ],
)
def test_what_is_refused_before_git_runs(
    bench: Bench, flows: Repository, tmp_path: Path, inputs: dict[str, Any], expected: str
) -> None:
    """No input becomes an option, a program to run, or a place outside."""
    (bench.directory / "link").symlink_to(tmp_path)
    (bench.directory / "file").touch()
    with pytest.raises(StepFailedAt, match=re.escape(expected)):
        bench.run(builtin("git_clone", **{"repository": flows.url, **inputs}))

    assert not list(tmp_path.rglob("pwned"))
    assert {path.name for path in bench.directory.iterdir()} == {"link", "file"}


@pytest.mark.parametrize(
    "argument", ["--upload-pack=x", "-ux", "--config=a.b=c", "--template=x", "-c", "ext::sh", "ext://sh"]
)
def test_options_that_run_programs_are_refused_twice(argument: str) -> None:
    """Whatever slips through the checks of the inputs does not reach git either."""
    with pytest.raises(StepFailed, match="Unsafe arguments of"):
        check_options(("clone", argument, "--", "x"))


@pytest.mark.parametrize(
    ("text", "url", "host", "name"),
    [
        ("https://host/team/flows.git", "https://host/team/flows.git", "host", "flows"),
        ("https://u:p%40@host:8443/flows.git/", "https://host:8443/flows.git/", "host:8443", "flows"),
        ("https://org@dev.azure.com/org/p/_git/my%20repo", "https://dev.azure.com/org/p/_git/my%20repo",
         "dev.azure.com", "my repo"),
        ("http://host/flows", "http://host/flows", "host", "flows"),
        ("ssh://git@host:22/team/flows.git", "ssh://git@host:22/team/flows.git", "git@host:22", "flows"),
        ("git@host:team/flows.git", "git@host:team/flows.git", "host", "flows"),
        ("host:flows", "host:flows", "host", "flows"),
        ("git://host/flows.git", "git://host/flows.git", "host", "flows"),
        ("file:///srv/flows.git", "file:///srv/flows.git", "", "flows"),
    ],
)  # fmt: skip
def test_addresses(tmp_path: Path, text: str, url: str, host: str, name: str) -> None:
    """Each form of an address; a login is taken out of the URL of an http server only."""
    address = parse_address(text, tmp_path)

    assert (address.url, address.host.rpartition("@")[2], address.name) == (
        url,
        host.rpartition("@")[2],
        name,
    )


def _login(url: str, token: str | None = None, credentials: Any = None) -> tuple[str, str] | None:
    login = login_for(parse_address(url, Path("/")), token, credentials)
    return None if login is None else (login.username, login.password.reveal())


@pytest.mark.parametrize(
    ("url", "token", "credentials", "expected"),
    [
        ("https://github.com/a/b", "tok", None, ("x-access-token", "tok")),
        ("https://github.com/a/b", None, {"token": "tok"}, ("x-access-token", "tok")),
        ("https://git.example.com/a/b", "user:tok", None, ("user", "tok")),
        ("https://gitlab.com/a/b", "tok", None, ("oauth2", "tok")),
        ("https://gitlab.example.com/a/b", "oauth2:tok", None, ("oauth2", "tok")),
        ("https://gitlab.com/a/b", "deploy-1:tok", None, ("deploy-1", "tok")),
        ("https://gitlab.com/a/b", None, {"token": "tok", "url": "https://gitlab.com"}, ("oauth2", "tok")),
        ("https://bitbucket.org/a/b", "tok", None, ("x-token-auth", "tok")),
        ("https://bitbucket.org/a/b", "x-token-auth:tok", None, ("x-token-auth", "tok")),
        ("https://bitbucket.org/a/b", None, {"username": "u", "password": "p"}, ("u", "p")),
        ("https://bitbucketserver.example.com/a", "user:tok", None, ("user", "tok")),
        ("https://bitbucketserver.example.com/a", None, {"username": "u", "token": "a:b"}, ("u", "a:b")),
        ("https://org@dev.azure.com/org/p/_git/r", "tok", None, ("org", "tok")),
        ("https://dev.azure.com/org/p/_git/r", "tok", None, ("x-access-token", "tok")),
        (
            "https://host/a",
            None,
            {"access_token": "1", "token": "2", "password": "3"},
            ("x-access-token", "1"),
        ),
        (
            "https://host/a",
            None,
            {"access_token": None, "token": "", "password": "3"},
            ("x-access-token", "3"),
        ),
        ("https://host/a", None, "tok", ("x-access-token", "tok")),
        ("https://host/a", " tok\n", None, ("x-access-token", "tok")),
        ("https://u:p%2F@host/a", None, None, ("u", "p/")),
        ("https://host/a", None, None, None),
        ("https://host/a", "", {}, None),
    ],
)
def test_the_form_of_a_login(
    url: str, token: str | None, credentials: Any, expected: tuple[str, str] | None
) -> None:
    """Each host has its own user for a bare token; what names a user is taken as it is."""
    assert _login(url, token, credentials) == expected


def test_the_environment_for_git() -> None:
    """It adds to the settings that the variables hold already, and removes another repository's."""
    environ = {
        "PATH": "/bin", "GIT_DIR": "/other", "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "a.b",
        "GIT_CONFIG_VALUE_0": "c", "GIT_TERMINAL_PROMPT": "1",
    }  # fmt: skip
    address = Address("https://host:8443/a", "https", "host:8443")
    made = environment(environ, address, Login("user", Secret("tok")))
    count = int(made["GIT_CONFIG_COUNT"])
    settings = [
        (made[f"GIT_CONFIG_KEY_{index}"], made[f"GIT_CONFIG_VALUE_{index}"]) for index in range(count)
    ]

    assert settings[0] == ("a.b", "c")
    assert settings[-2] == ("credential.https://host:8443.helper", "")
    assert made["GIT_TERMINAL_PROMPT"] == "0"
    assert "GIT_DIR" not in made
    assert not [text for pair in settings for text in pair if "tok" in text]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("fatal: could not read Username for 'https://h': terminal prompts disabled", Kind.LOGIN),
        ("fatal: Authentication failed for 'https://h/x.git/'", Kind.LOGIN),
        (
            "remote: Write access denied\nfatal: unable to access 'x': The requested URL returned error: 403",
            Kind.LOGIN,
        ),
        ("git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.", Kind.LOGIN),
        ("Host key verification failed.\nfatal: Could not read from remote repository.", Kind.SETUP),
        ("fatal: unable to access 'x': SSL certificate problem: self signed certificate", Kind.SETUP),
        ("fatal: unable to access 'x': server certificate verification failed. CAfile: none", Kind.SETUP),
        ("remote: Repository not found.\nfatal: repository 'x' not found", Kind.MISSING),
        ("fatal: '/x' does not appear to be a git repository", Kind.MISSING),
        ("fatal: remote error: access denied or repository not exported: /x", Kind.MISSING),
        ("fatal: Remote branch x not found in upstream origin", Kind.REF),
        ("fatal: couldn't find remote ref refs/heads/x", Kind.REF),
        ("fatal: remote error: upload-pack: not our ref 00", Kind.REF),
        ("error: Server does not allow request for unadvertised object 00", Kind.REF_REFUSED),
        ("fatal: unable to access 'x': Could not resolve host: h", Kind.NETWORK),
        ("ssh: Could not resolve hostname h: Name or service not known", Kind.NETWORK),
        ("ssh: connect to host h port 22: Connection refused", Kind.NETWORK),
        ("fatal: unable to access 'x': Failed to connect to h port 443 after 1 ms", Kind.NETWORK),
        ("fatal: the remote end hung up unexpectedly\nfatal: early EOF", Kind.NETWORK),
        ("error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502", Kind.NETWORK),
        ("fatal: unable to access 'x': The requested URL returned error: 429", Kind.NETWORK),
        ("fatal: write error: No space left on device", Kind.SETUP),
        ("fatal: detected dubious ownership in repository at '/x'", Kind.SETUP),
        ("fatal: bad object HEAD", Kind.OTHER),
        ("", Kind.OTHER),
    ],
)
def test_failures_by_what_git_said(said: str, kind: Kind) -> None:
    """Only the network's failures are tried again; each known one has a hint."""
    failure = failure_of(128, Address("https://h/x.git", "https", "h"), said)

    assert failure.kind is kind
    assert bool(failure.hint) is (kind is not Kind.OTHER)
