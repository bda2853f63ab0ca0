"""Indicators: the catalogue, observations, and remapping by kind."""
