"""Tasks that are written from a model: text that a user goes on with, or that is run as it is."""
