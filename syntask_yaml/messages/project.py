"""The messages about project files and flows."""

from __future__ import annotations

from collections.abc import Mapping

from syntask_yaml.messages.message import Message

OF_PROJECTS: Mapping[str, Message] = {
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
    "quoted-merge": Message("Quoted merge key", "A `<<` in quotes merges nothing."),
    "ambiguous-merge": Message(
        "Ambiguous merge",
        "The mappings of a `<<` list have different values for a key, and PyYAML versions disagree "
        "on which one applies.",
    ),
    "unsupported-tag": Message("Unsupported tag", "YAML tags that construct objects are not supported."),
    "key-not-text": Message("Key is not text", "An unquoted key is a number, a boolean or null."),
    "duplicate-key": Message("Duplicate key", "A mapping contains the same key twice. The last one applies."),
    # Parts of a project
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
    # Keys and types
    "unknown-key": Message(
        "Unknown key", "The format has no such key here. It may belong elsewhere in the file."
    ),
    "missing-key": Message("Missing key", "A required key is missing or empty."),
    "wrong-type": Message("Wrong type", "The key expects a value of another type."),
    "wrong-value": Message("Wrong value", "The key does not accept this value."),
    "conflicting-keys": Message("Conflicting keys", "Two keys contradict each other."),
    "obsolete-key": Message(
        "Obsolete key", "The key belongs to an older version of the format and has no effect."
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
    "anchor-in-utc": Message(
        "Anchor in UTC", "An anchor without an offset is read in UTC, and the schedule has another time zone."
    ),
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
    "wrong-parameter-text": Message(
        "Wrong parameter text",
        "The text is not a date, duration, UUID, number or other value that the flow's annotation requires. "
        "Every run would fail. A Prefect server accepts it, so in `prefect.yaml` it is a warning.",
    ),
    "missing-parameter": Message(
        "Missing parameter", "Scheduled runs would have no value for a required parameter."
    ),
}
