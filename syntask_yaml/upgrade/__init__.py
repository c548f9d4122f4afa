"""`syntask upgrade`: what Prefect 2 deployed for agents becomes a project file, work pools and steps.

    find ─▶ read ─▶ convert (a ledger of every field) ─▶ merge ─▶ verify ─▶ show or write

agent_deployment  a deployment as it was found, whatever the kind of file
find              the files that may hold some
read              a file to agent deployments; secrets are taken out here
secrets           which values those are
convert           a deployment to an entry, a work pool and blocks
ledger            what becomes of each field: carried, dropped or reported
fields            the table of fields
schedules, code, storages, infrastructure, job_variables, pools  what the rows of that table do
commands          `prefect …` in scripts, workflows and images, and what takes their place
project_file      the entries in the project file
prepare           all of it: an `Upgrade`, which says everything and has changed nothing
write             the same on the disk
"""
