"""Routers measured."""
