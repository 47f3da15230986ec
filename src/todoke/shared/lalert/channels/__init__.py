"""The two channels: L-Alert nodes, and 緊急速報メール through them."""
