"""A provider of automatic calls on this machine, and the telephones that it rings."""
