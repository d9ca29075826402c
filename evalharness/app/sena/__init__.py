"""Compression compared, recommended and shown."""
