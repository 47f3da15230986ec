"""Pure rules of deciding: the way a paper takes, who may mark it now, and where a mark takes it."""
