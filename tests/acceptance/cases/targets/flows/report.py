from syntask import flow


@flow
def report(days: int, folder: str) -> None:
    print(days, folder)
