"""The messages: a fixed summary for each code, and what it means.

A summary never holds a user's data, so that people come to know it. `docs/messages.md` is made from
this table, and every diagnostic and error names a code of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """The fixed words of a message, and a sentence or two for the reference."""

    summary: str
    about: str


MESSAGES: Mapping[str, Message] = {
    # Reading the file
    "unreadable-file": Message("Unreadable file", "The file cannot be opened, is too large, or is no text."),
    "invalid-yaml": Message("Invalid YAML", "The text is not YAML; the place is where the parser gave up."),
    "several-documents": Message("Several documents", "A project file holds one YAML document."),
    "too-deep": Message("Nested too deep", "Values are nested more than a hundred deep."),
    "too-many-aliases": Message(
        "Too many aliases", "Aliases repeat so much that the file says out of proportion more than it holds."
    ),
    "undefined-alias": Message("Undefined alias", "A `*name` has no `&name` before it."),
    "merge-not-mapping": Message("Merge of something else", "`<<` takes a mapping, or a list of mappings."),
    "ambiguous-merge": Message(
        "Ambiguous merge", "Mappings of one `<<` list disagree, and versions of PyYAML read that differently."
    ),
    "unsupported-tag": Message("Unsupported tag", "No YAML tag makes objects here."),
    "key-not-text": Message("Key is not text", "A key without quotes is a number, true or false, or null."),
    "duplicate-key": Message("Duplicate key", "A mapping has the same key twice; the last one counts."),
    # The shape of a project
    "unknown-key": Message("Unknown key", "The key is not part of the format; it may belong elsewhere."),
    "missing-key": Message("Missing key", "A key that is needed is not there, or empty."),
    "wrong-type": Message("Wrong type", "The value is of another kind than the key takes."),
    "wrong-value": Message("Wrong value", "The value is none of those that the key takes."),
    "conflicting-keys": Message("Conflicting keys", "Two keys say different things about the same."),
    "obsolete-key": Message("Obsolete key", "The key was part of the format once, and has no effect now."),
    "inherited-pull": Message("Inherited pull", "An empty `pull` in a `prefect.yaml` means the project's."),
    "ambiguous-step": Message("Ambiguous step", "A step is one function name with its inputs under it."),
    "agent-deployment": Message(
        "Deployment of an agent", "The file is of the kind that agents ran, and declares no deployments."
    ),
    # Values
    "odd-number": Message(
        "Number in another base",
        "Without quotes, YAML 1.1 reads `0100` in base 8 and `1:30` in base 60.",
    ),
    "invalid-name": Message("Invalid name", "The name holds a character that cannot stand in `flow/name`."),
    "duplicate-deployment": Message(
        "Duplicate deployment", "Two entries have the same flow and name; one would overwrite the other."
    ),
    "invalid-cron": Message("Invalid cron expression", "The value is not a valid cron expression."),
    "wide-cron": Message(
        "Range of one value", "A range such as `3-3` in a cron expression means every value of its field."
    ),
    "never-fires": Message(
        "Schedule never fires", "The schedule has no time to fire, or none within a year from now."
    ),
    "uneven-cron": Message(
        "Uneven cron expression",
        "A step begins anew with the hour, day, week, month or year.",
    ),
    "invalid-interval": Message("Invalid interval", "The value is no duration."),
    "invalid-rrule": Message(
        "Invalid recurrence rule", "The value is not a rule of RFC 5545, or its times cannot be worked out."
    ),
    "invalid-timezone": Message("Invalid time zone", "There is no IANA time zone of that name."),
    "invalid-date": Message("Invalid date", "The text is no date."),
    "duplicate-slug": Message("Duplicate slug", "Two schedules of one deployment have the same slug."),
    "missing-limit": Message("Missing limit", "A concurrency limit does not say how many."),
    # Templates
    "invalid-template": Message("Invalid template", "What stands in `{{ … }}` is no name and no expression."),
    "unset-name": Message("Unset name", "A name in a template stands for nothing."),
    "secret-stored": Message(
        "Secret would be stored", "A block is referred to where its value would be readable by everyone."
    ),
    "secret-in-environment": Message(
        "Secret from the environment",
        "A secret of a pull step comes from the environment, and would be stored.",
    ),
    "secret-in-clear": Message(
        "Secret in clear", "A value that is named like a secret would be readable on the backend."
    ),
    # Steps
    "unknown-step": Message("Unknown step", "There is no step function of that name."),
    "unknown-input": Message("Unknown input", "The step function has no such input."),
    "missing-input": Message("Missing input", "The step function needs an input that is not given."),
    "wrong-input": Message("Wrong input", "The input is of another kind than the step function takes."),
    "step-failed": Message("Step failed", "A build, push or pull step did not succeed."),
    # Flows
    "invalid-entrypoint": Message("Invalid entrypoint", "The text names no function in a file or module."),
    "flow-not-found": Message("Flow not found", "The file, module or function that is named is not there."),
    "no-parameter-schema": Message(
        "No parameter schema", "The flow's signature could not be read; parameters are not checked."
    ),
    "unknown-parameter": Message("Unknown parameter", "The flow has no parameter of that name."),
    "wrong-parameter": Message("Wrong parameter", "The value does not fit the flow's signature."),
    "missing-parameter": Message("Missing parameter", "A scheduled run would lack a parameter."),
    # Work pools and code
    "no-work-pool": Message("No work pool", "The deployment does not say where its runs go."),
    "unknown-work-pool": Message("Unknown work pool", "The backend has no work pool of that name."),
    "unserved-work-pool": Message(
        "Work pool that nobody serves", "No worker of this backend executes the runs of such a pool."
    ),
    "idle-work-pool": Message("Runs would wait", "The work pool is paused, or its limit is 0."),
    "wrong-job-variable": Message("Wrong job variable", "The value does not fit the pool's template."),
    "unknown-job-variable": Message("Unknown job variable", "The pool's template has no such variable."),
    "missing-job-variable": Message(
        "Missing job variable", "A variable that the pool's template requires has no value."
    ),
    "no-pull": Message("No way to the code", "Nothing says how a run gets the flow's code."),
    "default-pull": Message("Default place of the code", "Nothing is declared, so a default is used."),
    "not-exported": Message("Not exported", "The deployment cannot be declared in a file, and is left out."),
    "readable-secret": Message(
        "Readable secret", "The backend holds a secret in clear, and the file refers to a block instead."
    ),
    "needs-server": Message("Needs a server", "The backend does not have what the key asks for."),
    "not-portable": Message("Not portable", "A Prefect server would refuse the name or the value."),
    # Trying out
    "pull-failed": Message("Code does not arrive", "A pull step did not do its work where a run starts."),
    "load-failed": Message(
        "Flow does not load", "The code is there, and the flow cannot be imported from it as a worker does."
    ),
    "bind-failed": Message("Parameters do not fit", "The flow cannot be called with the parameters."),
    "start-failed": Message("Run does not start", "The process of a run could not begin, or ended too soon."),
    "no-engine": Message("No container engine", "What runs in an image is tried by a container engine."),
    "image-failed": Message(
        "Image cannot begin a run", "It is not there, or has no Python, or nothing in it that begins a run."
    ),
    "tried-here": Message("Tried on this machine", "The pool's runs start elsewhere, which was not tried."),
    "needs-build": Message("Known after build", "What a run needs is decided by a step that has not run."),
    # Commands
    "project-invalid": Message("Invalid project", "The project has problems; each is shown."),
    "not-found": Message("Not found", "A name stands for nothing."),
    "file-failed": Message("File failed", "A file cannot be read or written."),
    "edit-refused": Message(
        "Edit refused", "The file cannot be edited without changing something else, and stays as it is."
    ),
    "likely-rename": Message(
        "Likely a rename", "A deployment is new, and one with the same entrypoint would be deleted."
    ),
    "prune-refused": Message(
        "Prune refused", "`--prune` deletes only what is known to be declared no more, and is not protected."
    ),
    "plan-stale": Message("Stale plan", "The project or the backend changed after the plan was saved."),
    "backend-failed": Message("Backend failed", "The backend did not do what was asked."),
    "backend-unreachable": Message("Backend unreachable", "The backend gives no answer."),
    "backend-refused": Message("Backend refused", "The backend says no."),
    "backend-conflict": Message("Conflict on the backend", "It is there already, or has changed meanwhile."),
    "usage": Message("Wrong usage", "The command line asks for something impossible."),
    "interrupted": Message("Interrupted", "Somebody pressed Ctrl-C."),
    "failed": Message("Failed", "What was asked did not succeed."),
}
