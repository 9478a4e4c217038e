"""Controllers that leave hebbax: as C, ONNX, plain NumPy or JSON, with what shows that they are still the same."""
