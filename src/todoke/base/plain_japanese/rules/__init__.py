"""The rules: each takes a text and yields what it stumbles over."""
