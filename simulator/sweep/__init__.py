"""Sweeps: many runs of many scenarios over a design, kept in one folder that can be stopped, continued and queried."""
