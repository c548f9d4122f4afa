"""Python scripts that deploy with Prefect 2: `Deployment.build_from_flow(…)` and what came before it.

    read ─▶ calls ─▶ frames ─▶ fields (of evaluated arguments) ─▶ agent deployments

Scripts are read and never run.

read        a script to the deployments that it builds
places      where a piece of the syntax tree is in the text
calls       the calls that build deployments, and whether they are applied
frames    the values of loop variables and parameters around a call
reach       from a name to the expression, definition or import that it stands for
constants   what constants come to together
evaluate    the value of an argument, with its places
expressions   what each kind of expression comes to
functions   what calls of the standard library and of Prefect's settings come to
rules       calls of `dateutil.rrule`
objects     blocks, schedules and other objects of Prefect as mappings
flow        the flow that is passed, as an entrypoint
blocks      blocks that scripts save, for deployments that only name them
arguments   the arguments of such a call
growing_mappings  what is unpacked in such a call, after statements filled it
fields      the same as fields of a deployment
rewrite     calls of Prefect 3 in the place of those of Prefect 2
flow_code   a script with flows without the code that deploys them
late_imports  the same where other code needs it: its imports are made later
content     what else is in a script
"""
