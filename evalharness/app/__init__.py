"""The composition root: reads a stage's input, loads what it needs, calls it, writes its output."""
