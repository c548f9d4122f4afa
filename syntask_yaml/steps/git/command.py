"""Run git without prompts, with only the requested configuration.

GitPython reads clones, but does not run git here: it passes on the whole environment of this process,
and cannot terminate git. Importing it also takes as long as a small clone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from syntask_yaml import processes
from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.git.address import Address
from syntask_yaml.steps.git.credentials import Login
from syntask_yaml.steps.git.failure import failure_of
from syntask_yaml.steps.program import run_program
from syntask_yaml.steps.scrubber import Scrubber

# Set by git hooks; with them, git would use another repository.
_OF_ANOTHER_REPOSITORY = frozenset(
    "GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_COMMON_DIR GIT_PREFIX GIT_NAMESPACE GIT_OBJECT_DIRECTORY "
    "GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_CONFIG GIT_SHALLOW_FILE GIT_IMPLICIT_WORK_TREE "
    "GIT_CEILING_DIRECTORIES GIT_QUARANTINE_PATH".split()
)

_FIXED: Mapping[str, str] = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never",
    "GCM_INTERACTIVE": "never",
    "GIT_TRACE_REDACT": "1",
    "LANGUAGE": "C",
    "LC_ALL": "C.UTF-8",  # its messages are read by `failure`
}

_SETTINGS = (
    ("protocol.ext.allow", "never"),
    ("http.lowSpeedLimit", "1"),
    ("http.lowSpeedTime", "120"),
    ("advice.detachedHead", "false"),
    ("init.defaultBranch", "main"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
)

# None of them runs a program.
_OPTIONS = frozenset(
    "-B --bool --branch --cone --depth --detach --filter --force --init --no-checkout --origin --quiet "
    "--recursive --single-branch --symref --tags --unshallow --verify".split()
)
# `transport::address` runs a program called git-remote-transport.
_RUNS_A_PROGRAM = re.compile(r"[\w+.-]*::|ext://")

# The server ignores the filter and sends more, which is not an error.
_NO_NEWS = frozenset({"warning: filtering not recognized by server, ignoring"})

# git runs this credential helper on demand. Command lines contain only the names of the variables.
_HELPER = (
    '!f() { if test "$1" = get; then printf "username=%s\\npassword=%s\\n" '
    '"$SYNTASK_GIT_USERNAME" "$SYNTASK_GIT_PASSWORD"; fi; }; f'
)


class Git:
    """Runs git for one address and login."""

    def __init__(self, context: StepContext, address: Address, login: Login | None) -> None:
        self._context = context
        self._address = address
        self._env = environment(context.environ, address, login)
        self._scrubber = Scrubber() if login is None else Scrubber([login.password.reveal()])

    def run(self, *arguments: str, inside: Path | None = None) -> str:
        """Return the output of `git ARGUMENTS`, run *inside* a directory. Raises GitFailed."""
        finished = self.attempt(*arguments, inside=inside)
        output = self._scrubber.scrub(finished.stderr)
        if finished.code:
            raise failure_of(finished.code, self._address, output or self._scrubber.scrub(finished.stdout))
        for line in output.splitlines():
            if line not in _NO_NEWS:
                self._context.write(line)
        return finished.stdout.strip()

    def attempt(self, *arguments: str, inside: Path | None = None) -> processes.Finished:
        """Run git, and return its result, whatever the exit code."""
        check_options(arguments)
        return run_program(("git", *arguments), self._context, directory=inside, env=self._env, shows=False)


def check_options(arguments: Sequence[str]) -> None:
    """Reject unexpected options, and addresses that run programs, independent of earlier checks.

    Raises StepFailed.
    """
    for each in arguments:
        is_unknown = each.startswith("-") and each != "--" and each.partition("=")[0] not in _OPTIONS
        if is_unknown or _RUNS_A_PROGRAM.match(each):
            raise StepFailed(f"Unsafe arguments of `git {arguments[0]}` were rejected: `{each}`.")


def environment(environ: Mapping[str, str], address: Address, login: Login | None) -> dict[str, str]:
    """Return the environment of git: *environ*, without prompts, with safe settings and the login.

    The login is for this server only, and not for submodules elsewhere. Configured credential helpers are
    not used for it, because they would store it.
    """
    kept = {name: value for name, value in environ.items() if name not in _OF_ANOTHER_REPOSITORY}
    kept |= _FIXED
    settings = [*_SETTINGS]
    if login is not None:
        scope = f"credential.{address.base}.helper"
        settings += [(scope, ""), (scope, _HELPER)]
        kept["SYNTASK_GIT_USERNAME"] = login.username
        kept["SYNTASK_GIT_PASSWORD"] = login.password.reveal()
    return kept | dict(_as_variables(settings, first=int(environ.get("GIT_CONFIG_COUNT") or 0)))


def _as_variables(settings: Sequence[tuple[str, str]], *, first: int) -> Iterator[tuple[str, str]]:
    for index, (key, value) in enumerate(settings, first):
        yield f"GIT_CONFIG_KEY_{index}", key
        yield f"GIT_CONFIG_VALUE_{index}", value
    yield "GIT_CONFIG_COUNT", str(first + len(settings))
