"""The writers: one for each version of the format."""
