"""What goes into a student's folder beside the notebook and its helper files.

Nothing in here knows anything of the grader, and ``check_before_submitting.py`` imports only
what JupyterLab brings: students run it on their own machines.
"""
