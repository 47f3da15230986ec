"""The doors of the incident desk, a file for each room of work."""
