"""Fitting of the parameters to what was observed. The simulator never imports this package."""
