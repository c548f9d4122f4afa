"""Copy the contents of one backend to another: plan, write, and transfer the schedules."""
