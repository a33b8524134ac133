"""How a shift in level is searched for; `evenstride.episodes.shift` puts the parts together."""
