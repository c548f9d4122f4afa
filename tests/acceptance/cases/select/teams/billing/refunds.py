from syntask import flow


@flow
def refunds() -> None: ...
