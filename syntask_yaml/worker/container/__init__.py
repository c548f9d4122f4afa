"""A run in a container: what worker and container exchange, and the first process inside.

run_directory  the directory that both see: the order, the signal to go on, and the journal
journal     what the run reported, line by line, in the order of its happening
supervisor  the first process in the container: starts the run, and writes the journal
package     what the container needs of this package, as a folder
options     from job variables to the container
image       getting the image, as its pull policy says
life        one container from its start to its end, asked of the engine in a thread
run         all of this as a `Running`
leftovers   containers that nobody waits for
"""
