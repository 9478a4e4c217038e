"""The search for rules: strategies, fitness, observation statistics, the training loop, checkpoints."""
