"""`hebbax report`: one self-contained page about a run, with the robot moving beside its weights."""
