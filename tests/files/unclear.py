"""A flow whose signature rests on a package that is not there."""

from package_of_nobody import Options

from syntask import flow


@flow
def unclear(options: Options) -> None:
    pass
