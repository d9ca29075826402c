"""Authored files → checked types; checked types → jobs. Errors name file and line."""
