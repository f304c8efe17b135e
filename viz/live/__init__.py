"""Answers to what-if questions while the user waits."""
