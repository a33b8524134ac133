"""Episodes and what the runner said become beliefs, each with its uncertainty."""
