"""Record runs of flows that scripts call in the embedded store.

run      opens a run, unless the environment names a server
tracker  records its states and logs in a thread
lost     ends the runs of scripts that were killed
"""

from syntask_yaml.script.run import open_run

__all__ = ["open_run"]
