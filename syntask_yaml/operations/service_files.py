"""The files that make systemd or cron start `syntask serve`."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from syntask_yaml.errors import EditRefused, FileFailed, UsageError
from syntask_yaml.files import write_atomically

# Seconds between the end of `serve` and its restart, and seconds that stopping takes in addition to its
# waits.
_RESTART, _MARGIN = 10, 15
# Cron truncates longer lines silently.
_LONGEST_LINE = 990
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledService:
    """A service of a project: *argv* in *directory*, with *environ* added to the environment.

    *title* is the display name of the project, *owner* identifies it, *home* is the folder of files next to
    the store. *stop_seconds* is the maximum time of `serve` between a stop signal and its end.
    """

    title: str
    owner: str
    argv: Sequence[str]
    directory: Path
    environ: Mapping[str, str]
    home: Path
    stop_seconds: float

    @property
    def name(self) -> str:
        """The name for systemd and cron: `syntask-` and the title in ASCII letters."""
        return f"syntask-{re.sub(r'[^a-z0-9]+', '-', self.title.lower()).strip('-') or 'project'}"

    @property
    def env_file(self) -> Path:
        """An optional file with more variables."""
        return self.home / f"{self.name}.env"

    @property
    def log_file(self) -> Path:
        return self.home / f"{self.name}.log"

    @property
    def mark(self) -> str:
        """The first line of each file, which marks it as replaceable."""
        return f"# Written by `syntask serve --install` for {self.owner}. It replaces changes made here."


def systemd_unit(service: InstalledService) -> str:
    """Return the systemd unit of *service*. Raises UsageError for a path that a unit cannot contain."""
    _check(service)
    environ = "".join(
        f"Environment={_quoted(f'{name}={value}')}\n" for name, value in service.environ.items()
    )
    # Variables are expanded only in arguments of ExecStart.
    argv = " ".join(_quoted(part).replace("$", "$$") for part in service.argv)
    return f"""\
{service.mark}
[Unit]
Description=syntask serve: {_plain(service.title)}
StartLimitIntervalSec=0

[Service]
Type=exec
WorkingDirectory={_plain(str(service.directory))}
{environ}EnvironmentFile=-{_plain(str(service.env_file))}
ExecStart={argv}
Restart=always
RestartSec={_RESTART}
# The first signal is for `serve` alone, which lets current runs finish, and then cancels them.
KillMode=mixed
TimeoutStopSec={service.stop_seconds + _MARGIN:.0f}

[Install]
WantedBy=default.target
"""


def cron_table(service: InstalledService) -> str:
    """Return the crontab lines of *service*. Raises UsageError for values that cron does not support.

    Cron starts it every minute unless it is running.
    """
    _check(service)
    environ = "".join(f"{name}={shlex.quote(value)}; " for name, value in service.environ.items())
    env_file = shlex.quote(str(service.env_file))
    command = (
        f"set -a; {environ}[ ! -f {env_file} ] || . {env_file}; cd {shlex.quote(str(service.directory))} && "
        f"exec {shlex.join(service.argv)} >> {shlex.quote(str(service.log_file))} 2>&1"
    )
    line = f"* * * * * {command} # {service.name}".replace("%", r"\%")
    if len(line) > _LONGEST_LINE:
        raise UsageError(
            f"The line for cron has {len(line)} characters, and cron reads only {_LONGEST_LINE}. "
            f"The variable `PATH` has {len(service.environ.get('PATH', ''))} of them.",
            hint="Run the command again with a PATH of only those folders that the flows need.",
        )
    return f"{service.mark}\n{line}\n"


def write_service_file(path: Path, text: str, service: InstalledService) -> bool:
    """Write *text* to *path*, and return whether the file is new.

    Raises EditRefused if the file is not of this project, FileFailed if it cannot be written.
    """
    try:
        existing = path.read_text(encoding="utf-8") if path.exists() or path.is_symlink() else None
        if existing == text:
            return False
        if existing is not None and existing.partition("\n")[0] != service.mark:
            raise EditRefused(
                f"`{path}` exists, and was not written for this project.",
                hint="Rename or remove it, or give the project file another `name`.",
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text)
    except (OSError, UnicodeDecodeError) as error:
        raise FileFailed(f"Cannot write `{path}`: {error}.") from error
    return True


def _check(service: InstalledService) -> None:
    """Raise UsageError for a text that cannot be written on one line as it is."""
    texts = [*service.argv, *service.environ.values(), service.owner, service.title]
    for text in (*texts, str(service.directory), str(service.home)):
        if not _PRINTABLE.fullmatch(text) or text.endswith("\\") or text != text.strip():
            raise UsageError(
                f"`{text!r}` cannot stand in such a file: it has a control character, or ends oddly.",
                hint="Rename the folder, or change the option.",
            )


def _plain(text: str) -> str:
    """Return *text* as a value of a unit that is not split into words."""
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    """Return *text* as one word of a value that is split into words."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_plain(escaped)}"'


MAKERS: Mapping[str, Callable[[InstalledService], str]] = {"systemd": systemd_unit, "cron": cron_table}
