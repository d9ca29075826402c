"""placeholder"""
WEIGHTS = {}
