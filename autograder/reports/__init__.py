"""What people look at: the report of a class, and tables and progress on the terminal."""
