import a_package_that_is_not_here  # noqa: F401

from syntask import flow


@flow
def load(): ...
