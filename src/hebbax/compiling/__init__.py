"""How Python functions become machine code here, and what all compiled code shares."""
