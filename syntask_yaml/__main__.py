"""The command `syntask`, also as `python -m syntask_yaml`."""

import gc
import signal


def run() -> None:
    """Load the command line and run it.

    Ctrl-C during loading ends the process without a traceback: nothing has been done yet.
    """
    # Shells start background jobs with SIGINT ignored; keep it ignored.
    on_interrupt = signal.getsignal(signal.SIGINT)
    if on_interrupt is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.disable()  # modules stay loaded, so collecting cycles during imports frees nothing
    from syntask_yaml.cli import main

    gc.enable()
    signal.signal(signal.SIGINT, on_interrupt)
    main.run()


if __name__ == "__main__":
    run()
