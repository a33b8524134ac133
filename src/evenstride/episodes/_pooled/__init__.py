"""How bouts are pooled; `evenstride.episodes.pooled` puts the parts together."""
