"""Registers of units at a date, boundary layers, adjacency, dissolving, the schematic map."""
