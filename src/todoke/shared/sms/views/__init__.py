"""The doors of SMS: receipts of the provider, and the telephones of the simulator."""
