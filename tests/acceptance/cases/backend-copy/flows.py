from syntask import flow


@flow
def etl(n: int = 1):
    pass
