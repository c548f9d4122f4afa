"""Real git servers for tests: Apache with git-http-backend and passwords, and sshd with a key.

Apache serves the same repositories below `/private/` with a login, and below `/public/` without one.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.ports import free_port, wait_for_port
from tests.support.programs import missing

NO_APACHE = missing(("apache2", "htpasswd", "openssl"))
NO_SSHD = missing(("sshd", "ssh-keygen"), root="sshd")

_MODULES = Path("/usr/lib/apache2/modules")
_LOADED = (
    "mpm_event authn_core authn_file authz_core authz_user auth_basic alias env setenvif cgid ssl".split()
)

_APACHE = """
ServerRoot "{root}"
ServerName localhost
PidFile "{root}/pid"
ErrorLog "{root}/error.log"
LogFormat "%u %>s %U" access
CustomLog "{root}/access.log" access
ScriptSock "{root}/cgid.sock"
Mutex file:{root}
{modules}
{user}
Listen 127.0.0.1:{http}
Listen 127.0.0.1:{https}
SetEnv GIT_PROJECT_ROOT "{repositories}"
SetEnv GIT_HTTP_EXPORT_ALL 1
SetEnv GIT_CONFIG_COUNT 1
SetEnv GIT_CONFIG_KEY_0 safe.directory
SetEnv GIT_CONFIG_VALUE_0 *
ScriptAlias /private/ "{backend}/"
ScriptAlias /public/ "{backend}/"
<Directory "{backend_directory}">
  Require all granted
</Directory>
<Location "/private/">
  AuthType Basic
  AuthName "repositories"
  AuthUserFile "{root}/passwords"
  Require valid-user
</Location>
<VirtualHost 127.0.0.1:{https}>
  SSLEngine on
  SSLCertificateFile "{root}/server.pem"
  SSLCertificateKeyFile "{root}/server.key"
</VirtualHost>
"""


@dataclass(frozen=True)
class GitServer:
    """A running Apache: where it is, whose certificate it has, and what was asked of it."""

    http: str
    https: str
    certificate: Path
    access_log: Path

    def users(self) -> set[str]:
        """The names under which anybody was let in."""
        lines = self.access_log.read_text(encoding="utf-8").splitlines()
        return {line.split()[0] for line in lines} - {"-"}


@contextmanager
def public_directory() -> Iterator[Path]:
    """A new directory that Apache's own user can reach; pytest shuts others out of its own ones."""
    with TemporaryDirectory(prefix="syntask-git-") as name:
        directory = Path(name).resolve()
        directory.chmod(0o755)
        yield directory


@contextmanager
def apache(repositories: Path, passwords: Mapping[str, str]) -> Iterator[GitServer]:
    """Serve the bare repositories in *repositories*, a public directory, to the users in *passwords*."""
    with public_directory() as root:
        yield from _apache(root, repositories, passwords)


def _apache(root: Path, repositories: Path, passwords: Mapping[str, str]) -> Iterator[GitServer]:
    _write_passwords(root / "passwords", passwords)
    _write_certificate(root)
    http, https = free_port(), free_port()
    backend = Path(subprocess.check_output(["git", "--exec-path"], text=True).strip()) / "git-http-backend"
    config = _APACHE.format(
        root=root,
        modules="\n".join(f"LoadModule {name}_module {_MODULES}/mod_{name}.so" for name in _LOADED),
        user="User www-data\nGroup www-data" if os.geteuid() == 0 else "",
        http=http,
        https=https,
        repositories=repositories,
        backend=backend,
        backend_directory=backend.parent,
    )
    (root / "apache.conf").write_text(config, encoding="utf-8")
    if os.geteuid() == 0:  # its processes are another user's then
        subprocess.run(["chown", "-R", "www-data:www-data", str(root)], check=True)
    with _running(["apache2", "-f", str(root / "apache.conf"), "-DFOREGROUND"], https):
        yield GitServer(
            f"http://127.0.0.1:{http}",
            f"https://127.0.0.1:{https}",
            root / "server.pem",
            root / "access.log",
        )


def _write_passwords(path: Path, passwords: Mapping[str, str]) -> None:
    path.touch()
    for user, password in passwords.items():
        subprocess.run(
            ["htpasswd", "-B", "-C", "4", "-i", str(path), user],
            input=password,
            text=True,
            check=True,
            capture_output=True,
        )


def _write_certificate(root: Path) -> None:
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
    files = ["-keyout", str(root / "server.key"), "-out", str(root / "server.pem")]
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    subprocess.run(["openssl", "req", *kind, *subject, *files], check=True, capture_output=True)


@dataclass(frozen=True)
class SshServer:
    """A running sshd: where it is, and the ssh command that it lets in."""

    url: str
    command: str


@contextmanager
def sshd(root: Path) -> Iterator[SshServer]:
    """Let the holder of one key run git over ssh, as the user of this process."""
    root.mkdir(mode=0o700)
    for name in ("host", "user"):
        kind = ["-q", "-t", "ed25519", "-N", "", "-f", str(root / name)]
        subprocess.run(["ssh-keygen", *kind], check=True)
    (root / "authorized").write_text((root / "user.pub").read_text(), encoding="utf-8")
    port = free_port()
    lines = [f"HostKey {root}/host", f"AuthorizedKeysFile {root}/authorized", f"PidFile {root}/pid"]
    lines += ["ListenAddress 127.0.0.1", f"Port {port}", "StrictModes no", "UsePAM no"]
    (root / "config").write_text("\n".join(lines), encoding="utf-8")
    Path("/run/sshd").mkdir(parents=True, exist_ok=True)
    host_key = (root / "host.pub").read_text(encoding="utf-8").split()[:2]
    (root / "known").write_text(f"[127.0.0.1]:{port} {' '.join(host_key)}\n", encoding="utf-8")
    options = f"-i {root}/user -o UserKnownHostsFile={root}/known -o IdentitiesOnly=yes -F /dev/null"
    sshd_path = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin") or "sshd"
    with _running([sshd_path, "-D", "-f", str(root / "config"), "-E", str(root / "log")], port):
        yield SshServer(f"ssh://127.0.0.1:{port}", f"ssh {options}")


@contextmanager
def _running(arguments: list[str], port: int) -> Iterator[None]:
    env = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin"}
    process = subprocess.Popen(arguments, start_new_session=True, env=env, stdin=subprocess.DEVNULL)
    try:
        wait_for_port(port)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
