"""Parts of the way in: what is let through, how zips are opened, what is no run at all."""
