"""The zip that a student works with alone, and the receipts that come back."""
