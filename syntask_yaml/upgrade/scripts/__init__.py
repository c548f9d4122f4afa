"""Python scripts that deploy with Prefect 2: `Deployment.build_from_flow(…)` and its predecessors.

    read ─▶ calls ─▶ frames ─▶ fields (of evaluated arguments) ─▶ agent deployments

Scripts are read and never run.

read        a script to the deployments that it builds
places      character positions of syntax tree nodes
calls       the calls that build and apply deployments
frames      the values of loop variables and parameters at a call
reach       resolution of names to expressions, definitions and imports
constants   operations on constants
evaluate    the value of an argument, with its location
expressions   evaluation by class of expression
functions   calls of the standard library and of Prefect's settings
rules       calls of `dateutil.rrule`
objects     blocks, schedules and other objects of Prefect as mappings
flow        the passed flow, as an entrypoint
blocks      blocks that scripts save, for deployments that only name them
arguments   the arguments of a building call
growing_mappings  mappings that statements fill before they are unpacked
fields      the arguments as fields of a deployment
rewrite     replacement of Prefect 2 calls by Prefect 3 calls
flow_code   removal of deploying code from a script with flows
late_imports  late imports of removed names, where other code needs them
content     checks of a script's other content
"""
