"""What comes back: reading bounces and complaints, judging them, and fetching them."""
