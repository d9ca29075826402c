"""Runs made elsewhere."""
