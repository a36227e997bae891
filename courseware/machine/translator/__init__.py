"""The translator: the second engine, which makes Python functions of hot code."""
