"""The messages: a fixed summary for each code, and its meaning.

A summary never contains user data, so that people learn to recognize it. `docs/messages.md` is made from
this table, and every diagnostic and error names a code of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """The fixed summary of a message, and a sentence or two for the reference."""

    summary: str
    about: str


MESSAGES: Mapping[str, Message] = {
    # Reading the file
    "unreadable-file": Message("Unreadable file", "The file cannot be opened, is too large, or is not text."),
    "invalid-yaml": Message(
        "Invalid YAML", "The text is not valid YAML. The location is where the parser stopped."
    ),
    "several-documents": Message("Multiple documents", "A project file contains exactly one YAML document."),
    "too-deep": Message("Nested too deep", "Values are nested more than 100 levels deep."),
    "too-many-aliases": Message(
        "Too many aliases", "Aliases expand to far more values than the file contains."
    ),
    "undefined-alias": Message("Undefined alias", "A `*name` has no `&name` before it."),
    "merge-not-mapping": Message("Invalid merge", "`<<` accepts a mapping or a list of mappings."),
    "ambiguous-merge": Message(
        "Ambiguous merge",
        "The mappings of a `<<` list have different values for a key, and PyYAML versions disagree "
        "on which one applies.",
    ),
    "unsupported-tag": Message("Unsupported tag", "YAML tags that construct objects are not supported."),
    "key-not-text": Message("Key is not text", "An unquoted key is a number, a boolean or null."),
    "duplicate-key": Message("Duplicate key", "A mapping contains the same key twice. The last one applies."),
    # The parts of a project
    "include-failed": Message(
        "Include failed", "No file matches an `include`, files include each other, or one is included twice."
    ),
    "conflicting-layers": Message(
        "Conflicting layers", "A list and a mapping of two layers of the project cannot be merged."
    ),
    "unknown-deployment": Message(
        "Unknown deployment", "A target changes a deployment that the project does not declare."
    ),
    "protected-target": Message(
        "Protected target", "The target does not allow deploys from this branch, or from this checkout."
    ),
    # The shape of a project
    "unknown-key": Message(
        "Unknown key", "The format has no such key here. It may belong elsewhere in the file."
    ),
    "missing-key": Message("Missing key", "A required key is missing or empty."),
    "wrong-type": Message("Wrong type", "The key expects a value of another type."),
    "wrong-value": Message("Wrong value", "The key does not accept this value."),
    "conflicting-keys": Message("Conflicting keys", "Two keys contradict each other."),
    "obsolete-key": Message(
        "Obsolete key", "The key was part of the format once and no longer has an effect."
    ),
    "inherited-pull": Message(
        "Inherited pull", "In a `prefect.yaml`, an empty `pull` inherits the `pull` of the project."
    ),
    "ambiguous-step": Message(
        "Ambiguous step", "A step is one function name with its inputs indented under it."
    ),
    "agent-deployment": Message(
        "Agent deployment",
        "The file describes a deployment for a Prefect agent and declares no `deployments`.",
    ),
    # Values
    "odd-number": Message(
        "Number in another base",
        "YAML 1.1 reads an unquoted `0100` in base 8 and an unquoted `1:30` in base 60.",
    ),
    "invalid-name": Message(
        "Invalid name", "The name contains a character that is not allowed in `flow/name`."
    ),
    "duplicate-deployment": Message(
        "Duplicate deployment", "Two entries have the same flow and name, so one would overwrite the other."
    ),
    "duplicate-automation": Message(
        "Duplicate automation", "Two automations have the same name, so one would overwrite the other."
    ),
    "unknown-event": Message(
        "Unknown event", "Nothing emits the event, or the backend does not, so the trigger never fires."
    ),
    "command-injection": Message(
        "Run chooses the command",
        "A placeholder puts text of a run, such as the message of an exception, where it is executed.",
    ),
    "invalid-cron": Message("Invalid cron expression", "The value is not a valid cron expression."),
    "wide-cron": Message(
        "Range of one value", "A range such as `3-3` in a cron expression matches every value of its field."
    ),
    "either-day": Message(
        "Either day suffices",
        "A schedule fires if either day field matches; cron requires both if one of them begins with `*`.",
    ),
    "never-fires": Message("Schedule never fires", "The schedule has no occurrence, or none within a year."),
    "uneven-cron": Message(
        "Uneven cron expression",
        "A step restarts with each hour, day, week, month or year, so the intervals differ.",
    ),
    "invalid-interval": Message("Invalid interval", "The value is not a valid duration."),
    "invalid-rrule": Message(
        "Invalid recurrence rule",
        "The value is not a valid RFC 5545 rule, or its occurrences cannot be computed.",
    ),
    "invalid-timezone": Message("Invalid time zone", "The value is not the name of an IANA time zone."),
    "invalid-date": Message("Invalid date", "The value is not a valid date."),
    "duplicate-slug": Message("Duplicate slug", "Two schedules of a deployment have the same slug."),
    "missing-limit": Message("Missing limit", "A concurrency limit has no `limit`."),
    # Templates
    "invalid-template": Message(
        "Invalid template", "The content of `{{ … }}` is neither a name nor a valid expression."
    ),
    "unset-name": Message("Undefined name", "A template refers to an undefined name."),
    "secret-stored": Message(
        "Secret would be stored",
        "A template refers to a block where the resolved value would be readable by everyone.",
    ),
    "secret-in-environment": Message(
        "Secret from the environment",
        "A secret input of a pull step comes from the environment and would be stored with the deployment.",
    ),
    "secret-in-clear": Message(
        "Secret in plain text",
        "A value that is named or looks like a secret would be readable on the backend.",
    ),
    # Steps
    "unknown-step": Message("Unknown step", "The step function does not exist."),
    "unknown-input": Message("Unknown input", "The step function has no such input."),
    "missing-input": Message("Missing input", "A required input of the step function is missing."),
    "wrong-input": Message("Wrong input", "The step function expects an input of another type."),
    "step-failed": Message("Step failed", "A build, push or pull step failed."),
    # Flows
    "invalid-entrypoint": Message(
        "Invalid entrypoint", "The value does not refer to a function in a file or module."
    ),
    "flow-not-found": Message(
        "Flow not found", "The file, module or function that the entrypoint refers to does not exist."
    ),
    "no-parameter-schema": Message(
        "No parameter schema", "The signature of the flow could not be read, so parameters are not checked."
    ),
    "unknown-parameter": Message("Unknown parameter", "The flow has no such parameter."),
    "wrong-parameter": Message("Wrong parameter", "The value does not match the signature of the flow."),
    "missing-parameter": Message(
        "Missing parameter", "Scheduled runs would have no value for a required parameter."
    ),
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
    # From agents to workers
    "unknown-field": Message("Unknown field", "The field is not converted because it is not known."),
    "already-declared": Message(
        "Already declared", "The project file has an entry with this flow and name but other values."
    ),
    "agent-file-no-infrastructure": Message(
        "No infrastructure", "The agent deployment has no infrastructure and is converted to a process."
    ),
    "never-applied": Message("Never applied", "Nothing deploys what the file contains."),
    "unsupported-infrastructure": Message(
        "Unsupported infrastructure", "No type of work pool replaces this type of infrastructure block."
    ),
    "agent-pool": Message("Agent work pool", "Work pools of agents cannot have workers."),
    "anonymous-block": Message("Anonymous block", "A block without a name is treated as part of its file."),
    "stale-block-copy": Message(
        "Copy of a block", "The file contains a copy of a block that may have changed on the server."
    ),
    "block-not-here": Message("Block not available", "The values of the block are only on the server."),
    "pool-template-needed": Message(
        "Base job template needed", "The value can only be set in the base job template of the work pool."
    ),
    "patch-not-applied": Message("Patch not applied", "An operation of a JSON patch does not apply."),
    "manifest-required": Message(
        "Value required by workers", "Workers refuse a manifest with another value than the required one."
    ),
    "override-unknown": Message("Unknown override", "The work pool type has no such job variable."),
    "override-needs-own-pool": Message(
        "Override needs a work pool", "The override is set in the base job template of a pool of its own."
    ),
    "override-replaces-env": Message(
        "Override replaces env", "The override of `env` replaces the environment of the block."
    ),
    "default-differs": Message("Default differs", "Workers and agents have different defaults."),
    "image-of-prefect-2": Message(
        "Image of Prefect 2", "The image contains Prefect 2, which has no workers."
    ),
    "installs-prefect-2": Message("Prefect 2 installed", "A command installs Prefect 2."),
    "secret-in-file": Message("Secret in file", "The file contains a secret in plain text."),
    # Flows of Prefect 1
    "p1-artifact": Message("Artifact", "Artifacts have other functions in Prefect 3."),
    "p1-body-name": Message("Name of a flow's body", "Names of a flow's body are local now."),
    "p1-cache": Message("Cache", "Results are cached by a key and not by a validator."),
    "p1-case": Message("Condition", "Conditions are written in Python, and no task is skipped."),
    "p1-class": Message("Class of tasks", "Tasks are functions. A class of tasks lost what its base had."),
    "p1-client": Message("Client", "The client of Prefect 1 has no direct equivalent."),
    "p1-context": Message("Context", "A value of the context of Prefect 1 has no direct equivalent."),
    "p1-dependency": Message("Dependency", "A dependency has to be written as a call."),
    "p1-deployment": Message("Registration", "Flows are deployed with an entry of a project file."),
    "p1-executor": Message("Executor", "A task runner takes the place of an executor."),
    "p1-flow": Message("Flow", "A flow is built in a way that cannot be converted."),
    "p1-flow-method": Message("Flow without method", "Flows do not have a method or option of Prefect 1."),
    "p1-flow-of-flows": Message("Flow of flows", "A flow starts other flows by their deployments."),
    "p1-library": Message("Task library", "A task of the library of Prefect 1 is in another package today."),
    "p1-map": Message("Mapping", "A way of mapping has no direct equivalent."),
    "p1-not-converted": Message("Not converted", "The result would not be right, so the file is unchanged."),
    "p1-not-python": Message("Not Python 3", "A file with a flow of Prefect 1 cannot be parsed."),
    "p1-notebook": Message("Notebook", "Notebooks with flows of Prefect 1 are not converted."),
    "p1-parameter": Message("Parameter", "A parameter of a flow was renamed, or cannot be converted."),
    "p1-result": Message("Result", "Where results are stored is set in another way."),
    "p1-run-config": Message("Run configuration", "The work pool takes the place of a run configuration."),
    "p1-run-result": Message("State of a run", "The state of a run no longer has the results of its tasks."),
    "p1-schedule": Message("Schedule", "A schedule cannot be written as one of an entry."),
    "p1-secret": Message("Secret", "A secret cannot be loaded from a block automatically."),
    "p1-signal": Message("Signal", "Signals are exceptions or returned states in Prefect 3."),
    "p1-state-handler": Message("State handler", "Hooks take the place of state handlers and notifiers."),
    "p1-storage": Message("Storage", "`pull` steps take the place of storage."),
    "p1-task-option": Message("Option of a task", "An option of a task has no direct equivalent."),
    "p1-trigger": Message("Trigger", "Tasks do not have triggers in Prefect 3."),
    "p1-variable": Message("Key-value store", "Variables take the place of the key-value store."),
    "path-in-place": Message(
        "Code runs in place", "Agents ran a copy of the code. Workers run it in its directory."
    ),
    "absolute-path": Message(
        "Path of another machine", "The path is a home directory or a path of another operating system."
    ),
    "push-added": Message(
        "Push step added", "A push step replaces the upload of `prefect deployment build`."
    ),
    "push-missing": Message("No push step", "No step uploads the code to the storage."),
    "entrypoint-not-found": Message(
        "Entrypoint not found", "The entrypoint does not exist in the directory of the project."
    ),
    "flow-renamed": Message(
        "Flow renamed", "The file and the source code have different names for the flow."
    ),
    "old-command": Message("Command of Prefect 2", "The command must be replaced by hand."),
    "dynamic-value": Message(
        "Dynamic value", "A command or script contains a value that is only known when it runs."
    ),
    "imports-prefect-2": Message(
        "Import of Prefect 2", "The file of a flow imports something that Prefect 3 does not have."
    ),
    "script-not-rewritten": Message(
        "Script not rewritten", "A call has no equal in Prefect 3 that can take its place."
    ),
    "server-values": Message(
        "Values on the server", "The deployment may have values that are set only on the server."
    ),
    "several-types-one-agent": Message(
        "Multiple workers needed", "The agent served multiple work pools. A worker serves one."
    ),
    "agent-option": Message("Option of an agent", "Workers do not have an option of the agent."),
    "queue-limit": Message("Limit of a work queue", "The limit applied to the work queue."),
    "tag-limit": Message("Limit of a tag", "The limit applied to task runs with the tag."),
    "helm-agent": Message("Helm chart of an agent", "A Helm chart starts an agent. It is not rewritten."),
    # Trying out
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
