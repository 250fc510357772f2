"""Marks that nothing may hold which a student receives."""

LEAKS = ("BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN TESTS", "autograder.graders")
