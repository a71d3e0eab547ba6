"""Programs for those who work on respkit."""
