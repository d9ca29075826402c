"""The regression gate: blessing a run and holding another against it."""
