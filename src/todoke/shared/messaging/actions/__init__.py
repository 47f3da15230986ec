"""What messaging does: release (an edition), dispatch (its deliveries), followups (a person's part)."""
