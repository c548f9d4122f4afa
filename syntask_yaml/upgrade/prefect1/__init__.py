"""Flows of Prefect 1: conversion of their code to Prefect 3, and of their options to entries.

    read (bytes, prefilter) ─▶ module (tree, names) ─▶ rules on a draft ─▶ marks, imports ─▶ verify

recognition  recognition of Prefect 1 files
read         a file to its conversion and its deployments
convert      the rules in order; the result is compiled as a check
module, names  syntax tree, scopes and qualified names
static, returned, repository  constant values, results of functions, names from other files
draft        the edits of a file, and the TODOs
flows, flow_classes, flow_factories  flows, names of their functions, and functions that create them
tasks, classes, task_classes, library_tasks, contexts, signals, secrets, clients, variables  constructs
parameters, bodies, results  inputs, assignments and results of flows
calls, uncalled, branches, returns, conditions, dependencies, graphs, edges  calls of tasks and their order
uses, options, deployments, executors, storages, schedules, headers  the flow, and its deployment
moved_imports  names with a new module
library, marks  remaining names with their replacements, and comments in the code
"""
