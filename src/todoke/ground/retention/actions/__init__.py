"""Taking into custody, purging, and the keys: `custody`, `purging`, `keys`, each a file of its own."""
