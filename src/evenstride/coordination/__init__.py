"""From samples to a signal: deviation from the runner's own expectation at that pace and slope."""
