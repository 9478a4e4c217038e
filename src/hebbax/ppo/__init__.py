"""PPO beside evolution: Stable-Baselines3 learns, and what it has learnt is an ordinary static policy of ours."""
