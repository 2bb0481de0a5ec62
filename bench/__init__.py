"""Measurements. Nothing here is asserted: machines differ, and a slow one is not broken."""
