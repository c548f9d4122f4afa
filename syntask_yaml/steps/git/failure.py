"""What went wrong, by what git said of it."""

from __future__ import annotations

from syntask_yaml.steps.base import ProcessFailed
from syntask_yaml.steps.failures import Kind, Rule, classify
from syntask_yaml.steps.git.address import Address

_TAIL = 3


# In order: the first that is found counts.
_RULES = (
    Rule(
        r"could not read (Username|Password)",
        Kind.LOGIN,
        "{url} asks who we are, and the step has no credentials for it.",
        "Give the step `access_token` or `credentials`. A repository that does not exist asks too.",
    ),
    Rule(
        r"Authentication failed|Access denied|error: 40[13]|invalid (user|cred)",
        Kind.LOGIN,
        "{url} does not accept the credentials.",
        "Check that the token is right, has not expired, and may read this repository.",
    ),
    Rule(
        r"Permission denied \(",
        Kind.LOGIN,
        "{url} does not accept our ssh key.",
        "Check the key that ssh uses here, and that it may read this repository.",
    ),
    Rule(
        r"Host key verification failed",
        Kind.SETUP,
        "ssh does not know the key of {host}.",
        "Add it to `known_hosts`: `ssh-keyscan {host}` prints it.",
    ),
    Rule(
        r"certificate",
        Kind.SETUP,
        "The certificate of {host} is not one that git trusts.",
        "Name the authority's certificate in `GIT_SSL_CAINFO`, or git's `http.sslCAInfo`.",
    ),
    Rule(
        r"unadvertised object",
        Kind.REF_REFUSED,
        "{url} does not give out single commits.",
        "Name a branch.",
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
        "Check `branch`; upper and lower case are different.",
    ),
    Rule(
        r"[Cc]ould not resolve|Name or service not known|name resolution",
        Kind.NETWORK,
        "{host} cannot be found.",
        "Check the host's name, and that this machine has a network.",
    ),
    Rule(
        r"Connection refused|Failed to connect|Couldn't connect|unable to connect|timed out|unreachable",
        Kind.NETWORK,
        "{host} does not answer.",
        "Check the port, the proxy, and that the server runs.",
    ),
    Rule(
        r"early EOF|hung up|RPC failed|error: (429|5\d\d)|reset by peer|disconnect|too slow|GnuTLS|SSL_",
        Kind.NETWORK,
        "{host} broke the connection off.",
        "Try again later.",
    ),
    Rule(
        r"not found|does not exist|does not appear to be a git repository|error: 404|not exported",
        Kind.MISSING,
        "There is no repository {url}.",
        "Check its name. A private repository also looks so to whom may not read it.",
    ),
    Rule(
        r"dubious ownership",
        Kind.SETUP,
        "The clone belongs to another user.",
        "Remove it, or name it in git's `safe.directory`.",
    ),
    Rule(
        r"No space left|quota exceeded|Read-only file system|Permission denied",
        Kind.SETUP,
        "The clone cannot be written.",
        "Check the disk, and whose the directory is.",
    ),
    Rule(
        r"transport '.*' not allowed",
        Kind.SETUP,
        "A submodule is at an address that git does not follow.",
        "Give it an https or ssh address in `.gitmodules`.",
    ),
)


class GitFailed(ProcessFailed):
    """git did not do what it was asked; *kind* says what may be done about it."""

    def __init__(self, kind: Kind, detail: str, *, exit_code: int, hint: str = "") -> None:
        super().__init__(detail, exit_code=exit_code, hint=hint)
        self.kind = kind


def failure_of(code: int, address: Address, said: str) -> GitFailed:
    """The failure that git's own words, *said*, tell of; *code* is the exit code."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    if (found := classify("\n".join(lines), _RULES)) is None:
        told = "".join(f"\n    {line}" for line in lines[-_TAIL:])
        return GitFailed(Kind.OTHER, f"git ended with exit code {code}. It said:{told}", exit_code=code)
    rule = found.rule
    detail = rule.detail.format(url=f"`{address.url}`", host=f"`{address.host or address.url}`")
    hint = rule.hint.format(host=address.host)
    return GitFailed(rule.kind, f"{detail}\ngit said: {found.line}", exit_code=code, hint=hint)
