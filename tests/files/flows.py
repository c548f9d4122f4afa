"""The flows that the project files beside this name."""

from syntask import flow


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


class Jobs:
    @staticmethod
    @flow(name="clean up")
    def clean() -> None:
        pass
