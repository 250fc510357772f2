"""Learning systems: who is who, what was handed in, and the grades that go back."""
