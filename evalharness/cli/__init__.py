"""Click only: parse, delegate, print. One file per command; heavy imports happen inside commands."""
