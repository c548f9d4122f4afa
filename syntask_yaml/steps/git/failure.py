"""Classify failures of git by their messages."""

from __future__ import annotations

from syntask_yaml.steps.base import ProcessFailed
from syntask_yaml.steps.failures import Kind, Rule, classify
from syntask_yaml.steps.git.address import Address

_TAIL = 3


# In order: the first match is used.
_RULES = (
    Rule(
        r"could not read (Username|Password)",
        Kind.LOGIN,
        "{url} requires authentication, and the step has no credentials.",
        (
            "Set `access_token` or `credentials` in the step. Also check the URL: servers "
            "ask for credentials if a repository does not exist."
        ),
    ),
    Rule(
        r"Authentication failed|Access denied|error: 40[13]|invalid (user|cred)",
        Kind.LOGIN,
        "Authentication failed: {url} rejected the credentials.",
        "Check that the token is correct, has not expired, and can read this repository.",
    ),
    Rule(
        r"Permission denied \(",
        Kind.LOGIN,
        "Authentication failed: {url} rejected the ssh key.",
        "Check which key ssh uses here, and that it can read this repository.",
    ),
    Rule(
        r"Host key verification failed",
        Kind.SETUP,
        "The ssh host key of {host} is unknown.",
        "Add the key to `known_hosts`. `ssh-keyscan {host}` prints it.",
    ),
    Rule(
        r"certificate",
        Kind.SETUP,
        "git does not trust the certificate of {host}.",
        "Set `GIT_SSL_CAINFO`, or git's `http.sslCAInfo`, to the certificate of the authority.",
    ),
    Rule(
        r"unadvertised object",
        Kind.REF_REFUSED,
        "{url} does not allow fetching single commits.",
        "Use `branch` instead of `commit_sha`.",
    ),
    Rule(
        r"not our ref",
        Kind.REF,
        "{url} has no such commit.",
        "Check `commit_sha`, and that the commit was pushed.",
    ),
    Rule(
        r"Remote branch .* not found|couldn't find remote ref|[Ii]nvalid refspec|not a valid branch name",
        Kind.REF,
        "{url} has no such branch or tag.",
        "Check `branch`. Branch names are case-sensitive.",
    ),
    Rule(
        r"[Cc]ould not resolve|Name or service not known|name resolution",
        Kind.NETWORK,
        "Cannot resolve the host {host}.",
        "Check the host name and the network connection of this machine.",
    ),
    Rule(
        r"Connection refused|Failed to connect|Couldn't connect|unable to connect|timed out|unreachable",
        Kind.NETWORK,
        "Cannot connect to {host}.",
        "Check the port, the proxy, and that the server is running.",
    ),
    Rule(
        r"early EOF|hung up|RPC failed|error: (429|5\d\d)|reset by peer|disconnect|too slow|GnuTLS|SSL_",
        Kind.NETWORK,
        "The connection to {host} was lost.",
        "Try again later.",
    ),
    Rule(
        r"not found|does not exist|does not appear to be a git repository|error: 404|not exported",
        Kind.MISSING,
        "The repository {url} does not exist.",
        "Check its name. A private repository also appears missing to users who cannot read it.",
    ),
    Rule(
        r"dubious ownership",
        Kind.SETUP,
        "The clone belongs to another user.",
        "Remove it, or add it to git's `safe.directory`.",
    ),
    Rule(
        r"No space left|quota exceeded|Read-only file system|Permission denied",
        Kind.SETUP,
        "Cannot write the clone.",
        "Check the disk and the permissions of the directory.",
    ),
    Rule(
        r"transport '.*' not allowed",
        Kind.SETUP,
        "A submodule has an address that git does not allow.",
        "Use an https or ssh address in `.gitmodules`.",
    ),
)


class GitFailed(ProcessFailed):
    """git failed; *kind* decides on retries."""

    def __init__(self, kind: Kind, detail: str, *, exit_code: int, hint: str = "") -> None:
        super().__init__(detail, exit_code=exit_code, hint=hint)
        self.kind = kind


def failure_of(code: int, address: Address, output: str) -> GitFailed:
    """Return the failure for git's output *said*; *code* is the exit code."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    if (found := classify("\n".join(lines), _RULES)) is None:
        ending = "".join(f"\n    {line}" for line in lines[-_TAIL:])
        return GitFailed(
            Kind.OTHER, f"git exited with code {code}. Its output ends with:{ending}", exit_code=code
        )
    rule = found.rule
    detail = rule.detail.format(url=f"`{address.url}`", host=f"`{address.host or address.url}`")
    hint = rule.hint.format(host=address.host)
    return GitFailed(rule.kind, f"{detail}\ngit reported: {found.line}", exit_code=code, hint=hint)
