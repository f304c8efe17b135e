"""Pictures and facts of the model from what its rules read and write."""
