"""What answers each question on the command line, so that nobody need ask.

Keys are those of the questions. What stands in `OWN` are options of `syntask deployment add` alone, made
from this table; the others are the options of `syntask deploy`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SHARED: Mapping[str, str] = {
    "deployment": "-n NAME, or --all",
    "flow": "ENTRYPOINT",
    "name": "--name NAME",
    "description": "--description TEXT",
    "parameter": "--param KEY=VALUE",
    "schedule": "--cron LINE, --interval TIME or --rrule RULE",
    "interval": "--interval TIME",
    "cron": "--cron LINE",
    "rrule": "--rrule RULE",
    "timezone": "--timezone ZONE",
    "pool": "--pool NAME",
    "limit": "--concurrency-limit NUMBER",
    "collision": "--collision-strategy ENQUEUE|CANCEL_NEW",
    "tags": "--tag TAG",
}


@dataclass(frozen=True, slots=True)
class Option:
    """An option of `syntask deployment add`. *metavar* is empty for one that says yes or no."""

    flag: str
    metavar: str
    about: str

    def __str__(self) -> str:
        return f"{self.flag} {self.metavar}".strip()


OWN: Mapping[str, Option] = {
    "taken": Option("--if-declared", "change|rename", "What to do if that is declared already."),
    "active": Option("--active/--paused", "", "Whether its schedules begin with the first deploy."),
    "pool type": Option(
        "--pool-type", "TYPE", "What the runs of a new work pool are, such as process; makes it."
    ),
    "image": Option("--image", "keep|project|build|named|pool", "Which image its runs have."),
    "dockerfile": Option(
        "--dockerfile", "FILE", "What the image is built from; `auto` makes a Dockerfile up."
    ),
    "image name": Option("--image-name", "NAME", "What the image is called, with its registry."),
    "tag": Option("--image-tag", "TAG", "Which tag the image gets."),
    "push": Option("--push/--no-push", "", "Whether the image is pushed to its registry."),
    "registry": Option("--registry-block", "BLOCK", "Which block has the credentials of the registry."),
    "code": Option(
        "--code", "keep|project|local|image|git|s3|gcs|azure", "Where its runs get the code from."
    ),
    "repository": Option("--repository", "URL", "Which git repository has the code."),
    "branch": Option("--branch", "NAME", "Which branch of it."),
    "private": Option("--private/--public", "", "Whether the repository asks for a token."),
    "token block": Option("--token-block", "BLOCK", "Which secret block has its token."),
    "token": Option("--token-block", "BLOCK", ""),
    "bucket": Option("--bucket", "NAME", "Which bucket, or container, has the code."),
    "folder": Option("--folder", "PATH", "Which folder in the bucket, or in the image."),
    "store block": Option("--store-block", "BLOCK", "Which block has the credentials of the bucket."),
    "environment": Option("--env", "NAME=VALUE", "An environment variable of the runs; may be repeated."),
    "save": Option("--yes", "", "Save without being asked."),
}


def option_for(key: str) -> str:
    """The option that answers the question *key*, as it is typed."""
    return SHARED[key] if key in SHARED else str(OWN[key])
