"""What is done about FAX: lines and calls, the facilities' word, and asking those who have not given it."""
