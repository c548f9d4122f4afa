"""Deployments from Python: deploy flows, and run deployments."""
