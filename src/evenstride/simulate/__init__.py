"""Runners with a known truth. Knows the nouns and the writers only, so it cannot share a mistake."""
