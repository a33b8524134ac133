"""The nouns: units, tables, recordings, marks, signals, episodes, errors. No I/O, no algorithms."""
