"""What a controller keeps of its return under damages that it may never have met."""
