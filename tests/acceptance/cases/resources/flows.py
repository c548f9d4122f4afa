from syntask import flow


@flow
def etl(days: int = 1) -> None:
    print(days)
