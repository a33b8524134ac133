"""The command line: one file, one family of commands."""
