"""For authors: build and lint a unit, try its samples, begin a course, demonstrate one."""
