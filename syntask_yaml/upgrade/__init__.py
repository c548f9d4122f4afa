"""`syntask upgrade`: convert Prefect 2 deployments of agents to a project file, work pools and steps.

    find ─▶ read ─▶ convert (a ledger of every field) ─▶ merge ─▶ verify ─▶ show or write

request           the parameters
agent_deployment  a deployment as it was read, independent of the file format
find              discovery of candidate files
read              a file to agent deployments; secrets are removed here
python_edits, python_imports  edits of Python source
secrets           recognition and removal of secrets
scripts           Python scripts to agent deployments
template_text     strings with templates among values
sources           all sources, and the deployments in them
targets           the project file for the deployments of a file
convert           a deployment to an entry, a work pool and blocks
ledger            the outcome of each field: carried, dropped or reported
fields            the table of fields
block_pool        a block as a work pool
schedules, code, storages, infrastructure, job_variables, overrides, pools  conversions of the table's rows
pool_names        names of the work pools, and the commands that create them
pool_template, templates  fields that only the base job template of a pool can set
script_fields     fields of scripts only
commands, equivalents, notices  `prefect …` in scripts, workflows and images, and the replacements
script_commands   commands that run deploying scripts
prefect1, flow_changes, flow_imports  flows of Prefect 1: code, entries, and imports in other files
project_file      the entries in the project file
conversion        the deployments for a project file: converted, then merged into it
prepare           the whole operation without writes; the result is an `Upgrade`
write             the writes
"""
