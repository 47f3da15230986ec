"""A provider of SMS on this machine, and the telephones that it reaches."""
