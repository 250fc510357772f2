"""What runs beside the student's code, inside the sandbox.

Only this sub-package is visible in there. It holds no test and no secret: the
student's code can read and change every line of it, and gains nothing by that,
because verdicts are computed from values in the trusted process.
"""
