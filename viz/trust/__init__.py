"""What the page on trust shows, as plain data."""
