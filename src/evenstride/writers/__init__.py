"""One file, one format written: values become bytes. Shares no constant with the readers."""
