"""What a town may leave out. No pack stands yet."""
