"""Used, though no line of src says so; each with its reason. Read by vulture only."""
