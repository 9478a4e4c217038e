"""The screen that Gymnasium draws on before it shrinks the picture, and what becomes of colours on the way."""

from __future__ import annotations

import numpy as np

SCREEN_WIDTH, SCREEN_HEIGHT = 1000, 800
PANEL_TOP = 700  # below this row is the panel

LOSS = np.float32(1.5)
"""pygame's `smoothscale` takes up to two levels from every colour but black: 102 comes out as 100, 255 as 253."""

FULL = np.float32(255) - LOSS
BLACK = (np.float32(0), np.float32(0), np.float32(0))
WHITE = (FULL, FULL, FULL)
