"""How often verdicts are right: systems whose attractor is known."""
