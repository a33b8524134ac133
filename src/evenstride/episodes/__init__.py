"""One file, one detector: a signal becomes episodes, with how sure."""
