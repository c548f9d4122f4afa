"""A flow that says what was loaded when its file was."""

import os
import sys

from syntask import flow

MODULES = sorted(sys.modules)


@flow
def loaded():
    print(f"PARENT {os.getppid()}")
    print("MODULES", *MODULES)
