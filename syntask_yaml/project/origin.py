"""The origin of a project, which distinguishes projects of the same name.

In a git repository with a remote, it is the remote and the folder of the project file, so that every checkout
has the same origin, over ssh or https. Otherwise it is the absolute path of the folder. The name of the file
is ignored. The program git is not needed: its configuration is read directly.
"""

from __future__ import annotations

import re
from pathlib import Path

from syntask_yaml.project.git_program import find_tree
from syntask_yaml.project.repository import without_credentials
from syntask_yaml.urls import url_parts

_SCP = re.compile(r"(?:[^/@:]+@)?(?P<host>[^/:]+):(?!//)(?P<path>.+)")
_REMOTE = re.compile(r'remote "(.+)"')
# Path segments that some servers have in only one form of a URL.
_ONLY_HTTPS = re.compile(r"(?:^|(?<=/))(?:scm|_git)/")
_ONLY_SSH_HOST = re.compile(r"^(?:ssh|altssh)\.")


def origin_of(file: Path) -> str:
    """Return the origin of the project whose file is *file*, such as `github.com/team/shop:teams/billing`."""
    folder = file.resolve().parent
    tree = find_tree(folder)
    remote = _remote(tree) if tree is not None else None
    return (
        str(folder) if tree is None or remote is None else f"{remote}:{folder.relative_to(tree).as_posix()}"
    )


def _remote(tree: Path) -> str | None:
    """Return the remote of the repository checked out at *tree*: `origin`, or else the first by name."""
    from configparser import Error, RawConfigParser

    config = RawConfigParser(strict=False, allow_no_value=True)
    try:
        config.read_string(_unindented((_git_directory(tree) / "config").read_text(encoding="utf-8")))
    except (OSError, UnicodeError, Error):
        return None
    urls = {
        match[1]: url
        for section in config.sections()
        if (match := _REMOTE.fullmatch(section)) and (url := config.get(section, "url", fallback=None))
    }
    chosen = urls.get("origin") or next((urls[name] for name in sorted(urls)), None)
    return chosen and remote_name(chosen, tree)


def _unindented(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines())


def _git_directory(tree: Path) -> Path:
    """Return the git directory of the repository at *tree*, also for submodules and worktrees."""
    directory = tree / ".git"
    if directory.is_file():
        directory = tree / directory.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
    common = directory / "commondir"
    return directory / common.read_text(encoding="utf-8").strip() if common.is_file() else directory


def remote_name(url: str, tree: Path) -> str:
    """Return the normalized name of the remote *url*: `host/team/repository`, or a directory.

    A relative directory starts at *tree*. Credentials are removed.
    """
    parts = url_parts(url)
    host, path = parts.hostname or "", parts.path
    if not parts.scheme or "://" not in url:
        match = _SCP.fullmatch(url)
        host, path = (match["host"], match["path"]) if match else ("", without_credentials(url))
    path = path.rstrip("/").removesuffix(".git")
    if not host:
        return (tree / path).resolve().as_posix()
    path = _ONLY_HTTPS.sub("", path.strip("/")).removeprefix("v3/")
    return f"{_ONLY_SSH_HOST.sub('', host)}/{path}".lower()
