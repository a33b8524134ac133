"""The runner's archive: facts and originals kept, the rest rebuilt."""
