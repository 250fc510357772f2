"""What the tests share besides fixtures: courses, readers of other systems, machines."""
