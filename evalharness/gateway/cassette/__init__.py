"""Recorded interactions, verified whenever they are read. Replay loads no SDK, HTTP client or vcrpy."""
