"""What deploys flows from Python, and runs what is deployed."""
