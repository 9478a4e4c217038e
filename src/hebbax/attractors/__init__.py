"""Attractors of the weights: verdicts, periods, Lyapunov exponents, principal components."""
