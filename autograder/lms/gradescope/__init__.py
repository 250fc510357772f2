"""Gradescope: judging on its machines, and the grades that it takes."""
