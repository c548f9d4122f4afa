"""Ours beside the peer, in one run: `make bench`, or `python -m benchmarks NAME …`."""
