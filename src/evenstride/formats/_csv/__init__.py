"""Tables of text: what the readers of comma-separated files share."""
