"""Folders of recordings: checked, shown, packed, sealed, replayed."""
