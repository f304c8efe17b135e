"""The fit: one design of simulated runs, an emulator of what they say, and posteriors of the parameters on it."""
