"""The pixel policy of Najarro and Risi (2020), in float64, from the paper and its published sizes.

Two convolutions without padding or bias, each followed by tanh and the largest of squares of two, then three dense
layers without bias, of which the last is not squashed. After each frame every dense weight changes by
η (A·pre·post + B·pre + C·post + D) and each layer is divided by its largest weight.
"""

from __future__ import annotations

import numpy as np


def convolve(image: np.ndarray, filters: np.ndarray, stride: int) -> np.ndarray:
    """Return [channels, rows, columns] of an image [colours, height, width] and filters [channels, colours, k, k]."""
    patches = np.lib.stride_tricks.sliding_window_view(image, filters.shape[2:], axis=(1, 2))
    return np.einsum("cyxkl,ockl->oyx", patches[:, ::stride, ::stride], filters)


def pool(image: np.ndarray, side: int = 2) -> np.ndarray:
    """Return the largest of each square; what a square does not fill is left out."""
    rows, columns = image.shape[1] // side, image.shape[2] // side
    result = np.zeros((len(image), rows, columns))
    for y in range(rows):
        for x in range(columns):
            result[:, y, x] = image[:, y * side : (y + 1) * side, x * side : (x + 1) * side].max(axis=(1, 2))
    return result


class Driver:
    """A life of the policy: rules of each layer hold A, B, C, D and eta, as its weights [presynaptic, postsynaptic]."""

    def __init__(
        self,
        filters: list[np.ndarray],
        strides: list[int],
        rules: list[dict[str, np.ndarray]],
        weights: list[np.ndarray],
    ) -> None:
        self.filters, self.strides, self.rules = filters, strides, rules
        self.weights = [np.array(layer, np.float64) for layer in weights]
        self.activations: list[np.ndarray] = []

    def features(self, picture: np.ndarray) -> np.ndarray:
        """Return what the convolutions find in a picture [height, width, colours], plane by plane."""
        image = np.array(picture, np.float64).transpose(2, 0, 1)
        for filters, stride in zip(self.filters, self.strides, strict=True):
            image = pool(np.tanh(convolve(image, filters, stride)))
        return image.reshape(-1)

    def act(self, picture: np.ndarray) -> np.ndarray:
        self.activations = [self.features(picture)]
        for number, layer in enumerate(self.weights):
            sums = self.activations[-1] @ layer
            self.activations.append(sums if number == len(self.weights) - 1 else np.tanh(sums))
        return self.activations[-1]

    def learn(self) -> None:
        for layer, rule, pre, post in zip(
            self.weights, self.rules, self.activations, self.activations[1:], strict=False
        ):
            pre = pre[:, None]
            layer += rule["eta"] * (rule["A"] * pre * post + rule["B"] * pre + rule["C"] * post + rule["D"])
            layer /= np.abs(layer).max()
