"""How a machine sees that the house is well: liveness, readiness, numbers, logs."""
