"""The messages about work pools, code, dry runs and commands."""

from __future__ import annotations

from collections.abc import Mapping

from syntask_yaml.messages.message import Message

OF_DEPLOYS: Mapping[str, Message] = {
    # Work pools and code
    "no-work-pool": Message("No work pool", "The deployment does not say which work pool executes its runs."),
    "unknown-work-pool": Message("Unknown work pool", "The backend has no such work pool."),
    "unserved-work-pool": Message(
        "Unserved work pool", "No worker of this backend executes runs of this type of work pool."
    ),
    "unknown-block": Message(
        "Unknown block", "The backend does not have the block, or the block lacks the field. Runs crash."
    ),
    "idle-work-pool": Message(
        "Runs would wait",
        "The work pool or queue is paused, its concurrency limit is 0, or nobody serves it.",
    ),
    "new-work-queue": Message(
        "New work queue", "The work pool does not have the queue. A deploy creates it."
    ),
    "wrong-job-variable": Message(
        "Wrong job variable", "The value does not match the base job template of the work pool."
    ),
    "unknown-job-variable": Message(
        "Unknown job variable", "The base job template of the work pool has no such variable."
    ),
    "unused-job-variable": Message(
        "Unused job variable", "The base job template of the work pool has the variable and does not use it."
    ),
    "missing-job-variable": Message(
        "Missing job variable",
        "A variable that the base job template of the work pool requires has no value.",
    ),
    "no-pull": Message("No pull step", "The deployment does not say how a run obtains the flow's code."),
    "default-pull": Message(
        "Default code location", "The deployment has no pull step, so a default location of the code is used."
    ),
    "not-exported": Message(
        "Not exported", "The deployment or resource cannot be declared in the project file and was skipped."
    ),
    "unowned-resource": Message(
        "Unowned resource",
        "A resource in the exported file belongs to no project yet. A plan of it asks for `--take-over`.",
    ),
    "secret-left-out": Message(
        "Secret left out", "The exported file refers to an environment variable in place of a secret."
    ),
    "not-copied": Message(
        "Not copied",
        "The target of a copy has another value, or cannot have this one. It stays as it is.",
    ),
    "shown-secret": Message(
        "Secret in a readable field",
        "The target's block type does not mark the field as secret: whoever may read blocks can read it.",
    ),
    "missed-run": Message(
        "Missed run", "A schedule was due while it moved from one backend to another, and nothing ran it."
    ),
    "no-worker": Message("No worker", "No worker serves the work pool, so its runs wait."),
    "readable-secret": Message(
        "Readable secret",
        "The backend stores a secret in plain text. The exported file refers to a block instead.",
    ),
    "needs-server": Message("Needs a server", "The backend does not support this key."),
    "not-portable": Message("Not portable", "A Prefect server would reject the name, value or job template."),
    # Dry runs
    "pull-failed": Message("Pull failed", "A pull step failed in the environment of a run."),
    "load-failed": Message(
        "Flow cannot be loaded", "The code is available, but a worker cannot import the flow from it."
    ),
    "bind-failed": Message("Parameters do not match", "The flow cannot be called with the parameters."),
    "start-failed": Message("Run cannot start", "The process of a run could not start, or ended too early."),
    "no-engine": Message("No container engine", "Checking a run in an image requires a container engine."),
    "image-failed": Message(
        "Image cannot start a run",
        "The image does not exist, has no Python, or has neither Prefect nor syntask-yaml installed.",
    ),
    "declared-value": Message(
        "Checked as declared", "The backend does not have a value yet that a deploy of the project creates."
    ),
    "tried-here": Message(
        "Checked on this machine", "Runs of the work pool start elsewhere, which was not checked."
    ),
    "needs-build": Message(
        "Known after build", "A build or push step that was not run produces a value that the run needs."
    ),
    # Commands
    "project-invalid": Message("Invalid project", "The project has problems. Each one is reported."),
    "not-found": Message("Not found", "A name does not refer to anything that exists."),
    "file-failed": Message("File error", "A file cannot be read or written."),
    "edit-refused": Message(
        "Edit refused", "The file cannot be edited without changing something else. It was not changed."
    ),
    "likely-rename": Message(
        "Likely rename", "A deployment is new, and one with the same entrypoint is no longer declared."
    ),
    "half-renamed": Message(
        "Rename not finished",
        "A server renames in several steps. A deploy that stopped between them leaves the deployment paused.",
    ),
    "prune-refused": Message(
        "Prune refused",
        "`--prune` deletes a deployment only if it is known to be no longer declared and is not protected.",
    ),
    "deploy-failed": Message("Deploy failed", "A step of a deployment failed, or the backend rejected it."),
    "undeclared-deployment": Message(
        "Undeclared deployment",
        "The project deployed it before and no longer declares it, so its schedules continue to make runs.",
    ),
    "resource-kept": Message(
        "Resource still in use",
        "A resource that would be deleted is used by deployments that stay. It is kept, or handed over.",
    ),
    "undeclared-resource": Message(
        "Undeclared resource",
        "The project deployed it before and no longer declares it, so it stays on the backend.",
    ),
    "history-gap": Message(
        "Deploy not in the history",
        "The deploy is done, and the backend did not keep when, by whom and from which commit.",
    ),
    "plan-stale": Message("Stale plan", "The project or the backend changed after the plan was saved."),
    "backend-failed": Message("Backend error", "The backend could not complete the request."),
    "backend-unreachable": Message("Backend unreachable", "The backend does not respond."),
    "backend-refused": Message("Request rejected", "The backend rejected the request."),
    "backend-conflict": Message(
        "Conflict on the backend", "The object already exists, or it changed in the meantime."
    ),
    "revision-unavailable": Message(
        "Revision not available", "Git does not have the state of the repository that was asked for."
    ),
    "usage": Message("Invalid usage", "The command line is not valid."),
    "interrupted": Message("Interrupted", "The command was interrupted with Ctrl-C."),
    "failed": Message("Failed", "The operation failed."),
}
