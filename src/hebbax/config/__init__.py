"""What a run is asked for, as frozen dataclasses."""
