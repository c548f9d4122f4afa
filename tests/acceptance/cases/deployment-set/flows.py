from syntask import flow


@flow
def etl(source: str, limit: int = 10) -> None:
    print(f"loading {source} up to {limit}")


@flow
def report(weeks: int = 4) -> None:
    print(f"{weeks} weeks")
