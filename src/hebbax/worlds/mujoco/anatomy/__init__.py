"""What there is to know of a robot that somebody else has modelled, read off its model."""
