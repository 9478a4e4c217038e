"""How fast hebbax is on this machine: literal, repeatable measurements."""
