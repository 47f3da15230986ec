"""The builder: pages on which staff make a procedure, try it out and publish it."""
