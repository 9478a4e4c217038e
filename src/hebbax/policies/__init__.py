"""A network and, if it is plastic, its plasticity: the policies that engines run."""
