"""The smallest flow there is."""

from syntask import flow


@flow
def hello(name: str, times: int = 1) -> str:
    """Greet somebody.

    Args:
        name: whom to greet
        times: how often
    """
    greeting = f"Hello, {name}!"
    for _ in range(times):
        print(greeting)
    return greeting


if __name__ == "__main__":
    hello("you")
