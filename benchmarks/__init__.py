"""How fast the model is and where the time goes: ``python -m benchmarks``. Figures, no pass or fail."""
