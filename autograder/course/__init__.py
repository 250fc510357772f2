"""A course as frozen values: units, questions, submissions, results. Nothing is executed."""
