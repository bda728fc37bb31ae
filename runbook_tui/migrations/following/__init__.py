"""What following a file without running it takes, whatever its language."""
