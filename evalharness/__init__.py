"""evalharness: decide, with evidence, whether a Gemini gateway should move from Flash to Pro."""

__version__ = "0.1.0"
