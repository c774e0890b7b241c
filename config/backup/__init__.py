"""Backups: one file with everything but secrets, made while the service runs, and restored held."""
