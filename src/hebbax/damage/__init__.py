"""What happens to a life from outside: damages and other interventions."""
