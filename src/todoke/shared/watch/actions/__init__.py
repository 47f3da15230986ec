"""What the watch does: probe the routes, read back the editions, hear a person, forget in time."""
