"""People's grades, users' ratings, and personal text."""
