"""What nbgrader_config.py names: plug-ins that put our judging into nbgrader's workflow."""
