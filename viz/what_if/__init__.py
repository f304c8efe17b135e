"""The levers of the what-if page, and what it says of an answer, as plain data."""
