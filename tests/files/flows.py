"""The flows that the project files beside this name."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

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


@flow
def window(
    day: date | None = None,
    length: timedelta = timedelta(hours=1),
    share: Decimal = Decimal(1),
    key: UUID | None = None,
) -> None:
    pass
