"""Merger proposals by exact optimisation."""
