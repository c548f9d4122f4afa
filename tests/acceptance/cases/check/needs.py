from syntask import flow


@flow
def load(): ...
