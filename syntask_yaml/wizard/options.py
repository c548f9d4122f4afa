"""The command-line options that answer each question.

Keys are those of the questions. The options in `OWN` belong to `syntask deployment add` only, and are created
from this table; the others are options of `syntask deploy`.
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
    """An option of `syntask deployment add`. *metavar* is empty for a flag."""

    flag: str
    metavar: str
    about: str

    def __str__(self) -> str:
        return f"{self.flag} {self.metavar}".strip()


OWN: Mapping[str, Option] = {
    "home": Option(
        "--into", "FILE", "File of the project that the entry goes to. Default: the one nearest to the flow."
    ),
    "taken": Option("--if-declared", "change|rename", "What to do if the deployment is already declared."),
    "active": Option("--active/--paused", "", "Whether deploying activates its schedules."),
    "pool type": Option("--pool-type", "TYPE", "Type of a new work pool, such as process; creates the pool."),
    "image": Option("--image", "keep|project|build|named|pool", "Which image the runs use."),
    "dockerfile": Option("--dockerfile", "FILE", "Dockerfile to build the image from; `auto` generates one."),
    "image name": Option("--image-name", "NAME", "Name of the image, with its registry."),
    "tag": Option("--image-tag", "TAG", "Tag of the image."),
    "push": Option("--push/--no-push", "", "Whether to push the image to its registry."),
    "registry": Option("--registry-block", "BLOCK", "Block with the credentials of the registry."),
    "code": Option("--code", "keep|project|local|image|git|s3|gcs|azure", "How runs get the code."),
    "repository": Option("--repository", "URL", "URL of the git repository with the code."),
    "branch": Option("--branch", "NAME", "Branch of the repository."),
    "private": Option("--private/--public", "", "Whether the repository needs an access token."),
    "token block": Option("--token-block", "BLOCK", "Secret block with the token."),
    "token": Option("--token-block", "BLOCK", ""),
    "bucket": Option("--bucket", "NAME", "Bucket or container for the code."),
    "folder": Option("--folder", "PATH", "Folder in the bucket or in the image."),
    "store block": Option("--store-block", "BLOCK", "Block with the credentials of the bucket."),
    "environment": Option("--env", "NAME=VALUE", "Environment variable of the runs. Repeatable."),
    "save": Option("--yes", "", "Save without asking."),
}


def option_for(key: str) -> str:
    """Return the option that answers the question *key*, as typed."""
    return SHARED[key] if key in SHARED else str(OWN[key])
