"""The messages about upgrading from agents and from Prefect 1."""

from __future__ import annotations

from collections.abc import Mapping

from syntask_yaml.messages.message import Message

OF_UPGRADES: Mapping[str, Message] = {
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
}
