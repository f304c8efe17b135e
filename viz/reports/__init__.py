"""Pages that are written to files: comparisons, sweeps, the calibration, the validation."""
