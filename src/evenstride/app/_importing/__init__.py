"""Parts of the import: where a recording belongs, and folders that an archive was exported to."""
