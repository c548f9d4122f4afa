"""In a folder that is no package, and in a file whose name is no module's."""

import beside

from syntask import flow


@flow
def go():
    print("found", beside.NAME)
