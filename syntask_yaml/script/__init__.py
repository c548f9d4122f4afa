"""Record runs of flows that scripts call in the embedded store.

run      opens a run, where the environment names no server
tracker  keeps what becomes of it, by a thread
lost     ends the runs of scripts that were killed
"""

from syntask_yaml.script.run import open_run

__all__ = ["open_run"]
