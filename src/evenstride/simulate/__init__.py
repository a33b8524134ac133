"""Runners with a known truth. Knows the nouns and the writers only: no mistake can be shared."""
