"""The app: pages, charts, map and texts."""
