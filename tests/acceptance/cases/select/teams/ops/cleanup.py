from syntask import flow


@flow
def cleanup() -> None: ...
