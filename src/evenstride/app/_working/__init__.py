"""Parts of the workers: what one does, in which bounds, and how its answer travels."""
