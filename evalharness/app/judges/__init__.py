"""Judges asked, estimated and found stale."""
