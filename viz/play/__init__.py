"""What the player shows of a stored run, as plain data."""
