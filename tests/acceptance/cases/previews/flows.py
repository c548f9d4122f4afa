from syntask import flow


@flow
def etl(source: str, limit: int = 10, dry_run: bool = False) -> None:
    """Load a source.

    Args:
        source: what to load
    """
    print(f"loading {source} up to {limit}")


@flow(name="weekly report")
def report(weeks: int = 4) -> None:
    print(f"{weeks} weeks")
