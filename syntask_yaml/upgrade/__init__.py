"""`syntask upgrade`: what Prefect 2 deployed for agents becomes a project file, work pools and steps.

    find ─▶ read ─▶ convert (a ledger of every field) ─▶ merge ─▶ verify ─▶ show or write

request           what is asked for
agent_deployment  a deployment as it was found, whatever the kind of file
find              the files that may hold some
read              a file to agent deployments; secrets are taken out here
python_edits, python_imports  edits on the text of Python files
secrets           which values those are
scripts           Python scripts to agent deployments
template_text     texts with templates among their values
sources           all of that: what was found, and the deployments in it
targets           the project file that the deployments of a file go to
convert           a deployment to an entry, a work pool and blocks
ledger            what becomes of each field: carried, dropped or reported
fields            the table of fields
block_pool        one block as a work pool
schedules, code, storages, infrastructure, job_variables, overrides, pools  what the rows of that table do
pool_names        what the work pools are called, and how to create them
pool_template, templates  what only a base job template of a pool can say
script_fields     what scripts say beside those fields
commands, equivalents, notices  `prefect …` in scripts, workflows and images, and what takes their place
script_commands   commands that run scripts which deploy
prefect1, flow_changes, flow_imports  flows of Prefect 1: their code, entries, and who imports them
project_file      the entries in the project file
conversion        the deployments for one project file: converted, then merged into it
prepare           all of it: an `Upgrade`, which says everything and has changed nothing
write             the same on the disk
"""
