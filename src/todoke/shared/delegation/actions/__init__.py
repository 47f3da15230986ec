"""What is done: keys and partners, giving, receiving, speaking, handing back."""
