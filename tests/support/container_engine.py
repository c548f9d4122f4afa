"""A real container engine with a registry, both of their own, for tests.

The engine is Docker's, and its containers are this machine's processes: it needs root. The registry is
the engine's mirror too, so that a base image that was pushed to it resolves under the name that users
write. What it needs: the Debian packages docker.io, docker-registry, busybox-static, apache2-utils.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import socket
import subprocess
import tarfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import docker

from tests.support.ports import free_port, wait_for_port
from tests.support.processes import clean_environ, descendants, end, kill, start
from tests.support.programs import missing

_PROGRAMS = ("dockerd", "runc", "docker-registry", "busybox", "iptables")
_PROGRAMS_OF_IMAGE = "cat dd echo env find grep id ls sh sleep stat test wget".split()
NO_LOGINS = missing(("htpasswd",))
MISSING = missing(_PROGRAMS, root="a container engine")

# The machine may have no CAP_SYS_RESOURCE: what runc would not be allowed to do is left out.
_RUNTIME = r"""#!/usr/bin/python3
import json, os, resource, sys
words = sys.argv[1:]
if "create" in words or "run" in words:
    bundle = next((words[i + 1] for i, word in enumerate(words[:-1]) if word in ("--bundle", "-b")), ".")
    path = os.path.join(bundle, "config.json")
    config = json.load(open(path))
    process = config["process"]
    process["oomScoreAdj"] = max(0, process.get("oomScoreAdj") or 0)
    for limit in process.get("rlimits") or []:
        hard = resource.getrlimit(getattr(resource, limit["type"]))[1]
        if hard != resource.RLIM_INFINITY:
            limit["hard"] = min(limit["hard"], hard)
            limit["soft"] = min(limit["soft"], limit["hard"])
    for kind, names in (process.get("capabilities") or {}).items():
        process["capabilities"][kind] = [name for name in names if name != "CAP_SYS_RESOURCE"]
    json.dump(config, open(path, "w"))
os.execv(RUNC, ["runc", *words])
"""

_REGISTRY = """
version: 0.1
log: {{level: warn}}
storage: {{filesystem: {{rootdirectory: "{root}"}}, delete: {{enabled: true}}}}
http: {{addr: "127.0.0.1:{port}"}}
{auth}
"""


@dataclass
class Registry:
    """A running registry; *login* is the one name and password that it lets in, if it asks."""

    root: Path
    port: int
    login: tuple[str, str] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def tags(self, name: str) -> list[str]:
        """The tags of a repository."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("GET", f"/v2/{name}/tags/list")
            return list(json.load(connection.getresponse()).get("tags") or ())


@contextmanager
def registry(root: Path, *, login: tuple[str, str] | None = None) -> Iterator[Registry]:
    """Start a registry that keeps what it is sent in *root*."""
    root.mkdir(parents=True, exist_ok=True)
    found = Registry(root, free_port(), login)
    auth = ""
    if login is not None:
        passwords = root / "passwords"
        passwords.touch()
        words = ["htpasswd", "-B", "-C", "4", "-i", str(passwords), login[0]]
        subprocess.run(words, input=login[1], text=True, check=True, capture_output=True)
        auth = json.dumps({"htpasswd": {"realm": "images", "path": str(passwords)}})
        auth = f"auth: {auth}"
    config = root / "config.yml"
    config.write_text(_REGISTRY.format(root=root / "blobs", port=found.port, auth=auth), encoding="utf-8")
    process = start(
        ["docker-registry", "serve", str(config)],
        log=root / "log",
        environ=clean_environ(OTEL_SDK_DISABLED="true"),
    )
    try:
        wait_for_port(found.port, seconds=30)
        yield found
    finally:
        end(process)


@dataclass
class ContainerEngine:
    """A running engine, and the registry that is its mirror; it is started with *options* besides its own."""

    root: Path
    registry: Registry
    options: Sequence[str] = ()
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def socket(self) -> Path:
        return self.root / "docker.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    @property
    def environ(self) -> dict[str, str]:
        """The environment in which this is the engine, and Debian's `docker`, with BuildKit, the program."""
        path = f"/usr/bin:/usr/sbin:{os.environ['PATH']}:/sbin"
        return clean_environ(DOCKER_HOST=self.url, DOCKER_CONFIG=str(self.root / "config"), PATH=path)

    @cached_property
    def client(self) -> Any:
        """docker-py's client of it."""
        return docker.APIClient(base_url=self.url, version="auto", timeout=60)

    def _forget_client(self) -> None:
        if "client" in self.__dict__:
            self.client.close()
            del self.client

    def start(self) -> None:
        """Start it; what it kept is there again."""
        (self.root / "config").mkdir(parents=True, exist_ok=True)
        runtime = self.root / "runtime"
        runc = shutil.which("runc", path="/usr/sbin:/usr/bin:/sbin") or "runc"
        runtime.write_text(_RUNTIME.replace("RUNC", repr(runc)), encoding="utf-8")
        runtime.chmod(0o755)
        for left in (self.root / "dockerd.pid", self.root / "exec/containerd/containerd.pid"):
            left.unlink(missing_ok=True)
        words = ["dockerd", "-H", self.url]
        words += ["--data-root", f"{self.root}/data", "--exec-root", f"{self.root}/exec"]
        words += ["-p", f"{self.root}/dockerd.pid", "--registry-mirror", f"http://{self.registry.address}"]
        words += ["--add-runtime", f"own={runtime}", "--default-runtime", "own", "--bridge", "none"]
        words += ["--iptables=false", "--ip6tables=false", "--ip-masq=false", "--ip-forward=false"]
        words += self.options
        self.process = start(words, log=self.root / "log", environ=self.environ)
        self.wait()

    def wait(self) -> None:
        """Wait until it answers: after a kill it first looks at every container that it had."""
        deadline = time.monotonic() + 300
        while True:
            assert self.process is not None
            if self.process.poll() is not None or time.monotonic() > deadline:
                log = (self.root / "log").read_text(encoding="utf-8", errors="replace")
                raise RuntimeError(f"The engine did not start:\n{log[-3000:]}")
            if _answers(self.socket):
                return
            time.sleep(0.05)

    def stop(self) -> None:
        """End it, as an administrator does."""
        self._forget_client()
        if self.process is not None:
            end(self.process, seconds=30)

    def kill(self) -> None:
        """End it as a power cut does."""
        assert self.process is not None
        self._forget_client()
        kill(self.process)

    def load(
        self, name: str, files: Mapping[str, bytes | str] | None = None, changes: Sequence[str] = ()
    ) -> None:
        """Make an image with a shell and *files*, which only this engine has as *name*."""
        repository, _, tag = name.partition(":")
        self.client.import_image_from_data(
            _archive(files or {}), repository=repository, tag=tag, changes=list(changes)
        )

    def add(
        self, name: str, files: Mapping[str, bytes | str] | None = None, changes: Sequence[str] = ()
    ) -> None:
        """Make an image as `load` does, and push it to the mirror as *name*."""
        self.load("imported:latest", files, changes)
        repository, _, tag = name.partition(":")
        mirrored = f"{self.registry.address}/{repository if '/' in repository else f'library/{repository}'}"
        self.client.tag("imported", mirrored, tag)
        answers = self.client.push(mirrored, tag=tag, stream=True, decode=True)
        problems = [answer["error"] for answer in answers if "error" in answer]
        assert problems == []
        for known in (f"{mirrored}:{tag}", "imported"):
            self.client.remove_image(known, noprune=True)


def _archive(files: Mapping[str, bytes | str]) -> bytes:
    """A root with BusyBox as its programs, and *files*."""
    buffer = io.BytesIO()
    busybox = shutil.which("busybox", path="/usr/bin:/bin") or "busybox"
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for directory in ("bin", "tmp", "etc", "root"):
            info = tarfile.TarInfo(directory)
            info.type, info.mode = tarfile.DIRTYPE, 0o1777 if directory == "tmp" else 0o755
            archive.addfile(info)
        archive.add(busybox, "bin/busybox")
        for program in _PROGRAMS_OF_IMAGE:
            link = tarfile.TarInfo(f"bin/{program}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            archive.addfile(link)
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            data = content.encode() if isinstance(content, str) else content
            info.size, info.mode = len(data), 0o755
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as trial:
        trial.settimeout(5)
        try:
            trial.connect(str(path))
            trial.sendall(b"GET /_ping HTTP/1.0\r\nHost: engine\r\n\r\n")
            return b" 200 OK" in trial.recv(100)
        except OSError:
            return False


@contextmanager
def container_engine(
    shared: Registry | None = None, *, options: Sequence[str] = ()
) -> Iterator[ContainerEngine]:
    """A new engine, with a registry of its own that has the image `base:1`, or with one that is *shared*."""
    with ExitStack() as stack:
        root = stack.enter_context(short_directory())
        mirror = shared or stack.enter_context(registry(root / "registry"))
        found = ContainerEngine(root / "engine", mirror, options)
        found.root.mkdir()
        try:
            found.start()
            if shared is None:
                found.add("base:1")
            yield found
        finally:
            found.stop()
            end_leftovers(found.root)


@contextmanager
def short_directory() -> Iterator[Path]:
    """A directory for an engine: a socket's path may have no more than about a hundred letters."""
    directory = TemporaryDirectory(prefix="syntask-engine-", ignore_cleanup_errors=True)
    try:
        yield Path(directory.name)
    finally:
        _unmount(directory.name)
        directory.cleanup()


def _unmount(root: str) -> None:
    """Undo the mounts that an engine which was killed left behind."""
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    for place in sorted((each for each in mounts if each.startswith(root)), reverse=True):
        subprocess.run(["umount", "-l", place], check=False, capture_output=True)


def end_leftovers(root: Path) -> None:
    """End what still runs out of *root*: the containers of an engine that was killed, begun or not."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if str(root).encode() in words:
            own = int(process.name)
            for each in (*descendants(own), own):
                with suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)
