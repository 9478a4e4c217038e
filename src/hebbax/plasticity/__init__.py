"""What changes a weight: rules, normalisations and the averaging of activations."""
