"""The system under evaluation: router, Sena and persona prompt; ways of reaching a model; recordings."""
