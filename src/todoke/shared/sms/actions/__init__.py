"""What is done about SMS: messages that leave, receipts that come, and asking where none does."""
