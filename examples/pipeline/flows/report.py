"""Says how the last weeks went."""

from datetime import date, timedelta

from syntask import flow


@flow
def weekly_report(weeks: int = 4, until: date | None = None) -> list[str]:
    """Write one line a week.

    Args:
        weeks: how many weeks to look back
        until: the last day to look at; today if none
    """
    last = until or date.today()
    lines = [f"week to {last - timedelta(weeks=back)}: fine" for back in range(weeks)]
    print("\n".join(lines))
    return lines
