"""The parts of the FIT reader: checksums, framing, rescue, columns, recordings."""
