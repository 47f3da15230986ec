"""The doors of calling: the rounds, one call by its link, the machine's receipts, the simulator's telephones."""
