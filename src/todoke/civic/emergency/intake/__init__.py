"""The ways in: a watched folder and the weather service's feeds. They find bytes; `actions.intake` takes them in."""
