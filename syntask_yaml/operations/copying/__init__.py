"""Copy what one backend has to another one: plan, write, and let the schedules go over."""
