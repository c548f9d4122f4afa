from syntask import flow


@flow
def etl() -> None: ...
