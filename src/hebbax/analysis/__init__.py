"""What runs say together: statistics over seeds, and runs compared."""
