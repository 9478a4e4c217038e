"""The search for rules: strategies, fitness, observation statistics, trackers."""
