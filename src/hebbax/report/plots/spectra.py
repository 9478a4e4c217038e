"""How strongly weights and actions oscillate at each frequency."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from hebbax.attractors.spectra import Spectrum
from hebbax.errors import HebbaxError
from hebbax.report.style import LAYER_COLOURS, MUTED, axes_or_new, figure_style, write_across

_DECADES = 4  # below the highest peak, what is drawn


def plot_spectra(spectra: Mapping[str, Spectrum], ax: Axes | None = None, *, gait: float | None = None) -> Axes:
    """Draw one line per named set of signals: the root of the summed power at each frequency, over its highest peak.

    So weights and actions, which have different units, stand on one axis. `gait` is a frequency in Hz to mark. Raises
    HebbaxError if there is no spectrum.
    """
    if not spectra:
        raise HebbaxError("there is no spectrum to draw: give at least one")
    with figure_style():
        ax = axes_or_new(ax)
        ax.set(xlabel="frequency (Hz)", ylabel="amplitude / its own highest", title="spectra")
        moving = False
        for place, (name, spectrum) in enumerate(spectra.items()):
            together = np.sqrt(np.sum(spectrum.amplitudes**2, axis=1))[1:]  # the mean is taken out: bin 0 is empty
            if together.max(initial=0.0) > 0:
                values = together / together.max()
                colour = LAYER_COLOURS[place % len(LAYER_COLOURS)]
                ax.semilogy(spectrum.frequencies[1:], values, color=colour, linewidth=1.0, label=name)
                moving = True
        if not moving:
            ax.set_yticks([])
            write_across(ax, "nothing moves: there is no spectrum")
            return ax
        ax.set_ylim(10.0**-_DECADES, 2.0)
        ax.set_xlim(0, max(spectrum.frequencies[-1] for spectrum in spectra.values()))
        if gait is not None:
            ax.axvline(gait, color=MUTED, linestyle=":", linewidth=1.0, label=f"gait, {gait:.2f} Hz")
        ax.legend(loc="upper right")
    return ax
