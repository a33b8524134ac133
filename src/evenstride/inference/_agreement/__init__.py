"""The parts of agreement: runs laid over each other, what chance does, and the delay."""
