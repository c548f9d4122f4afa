"""Flows of Prefect 1: their Python becomes that of Prefect 3, and their options entries of the project file.

    read (bytes, prefilter) ─▶ module (tree, names) ─▶ rules on a draft ─▶ marks, imports ─▶ verify

recognition  which files are of Prefect 1
read         a file to what becomes of it, and to the deployments in it
convert      the rules in their order; the result is compiled before anybody sees it
module, names  what belongs to what, and which names are Prefect's
static, returned, repository  what values there are, what functions return, what other files have
draft        the edits of a file, and what is left to its owner
flows, flow_classes, flow_factories  which flows there are, what their functions are called, what makes them
tasks, classes, task_classes, library_tasks, contexts, signals, secrets, clients, variables  constructs
parameters, bodies, results  what a flow takes, sets and returns
calls, uncalled, branches, returns, conditions, dependencies, graphs, edges  what flows call in which order
uses, options, deployments, executors, storages, schedules, headers  the flow, and its deployment
moved_imports  names that are elsewhere today
library, marks  what is left: each name with what takes its place today, and the comments in the code
"""
