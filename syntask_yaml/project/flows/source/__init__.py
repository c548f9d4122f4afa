"""What Python source says, found by reading it: nothing here imports or runs what it reads."""
