"""Runs in containers: the protocol of worker and container, and the first process inside.

run_directory  the shared directory: the order, the `go` signal, and the journal
journal     the reports of the run, line by line, in chronological order
supervisor  the first process in the container: starts the run, and writes the journal
package     the subset of this package that the container needs, as a folder
options     job variables to container options
image       the pull of the image according to its policy
life        the lifecycle of a container, followed in a thread
run         all of this as a `Running`
leftovers   removal of containers without a worker
"""
