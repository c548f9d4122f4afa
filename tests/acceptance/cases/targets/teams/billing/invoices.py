from syntask import flow


@flow
def invoices() -> None:
    print("sent")
