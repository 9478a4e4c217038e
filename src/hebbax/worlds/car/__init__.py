"""Gymnasium's CarRacing-v3 without Gymnasium, Box2D or pygame: a car seen from above on a random track."""
