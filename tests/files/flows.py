"""The flows that the project files beside this name."""

import os

from syntask import flow

if os.environ.get("HOME"):

    class Options:
        pass


@flow
def etl(source: str = "s3", batch: int = 10) -> None:
    """Load what came in.

    Args:
        source: where it is
        batch: rows at a time
    """


@flow(name="monthly report")
def report(month: int, options: dict[str, str] | None = None) -> None:
    pass


@flow
def unclear(options: "nowhere.Options") -> None:
    pass


class Jobs:
    @staticmethod
    @flow(name="clean up")
    def clean() -> None:
        pass
