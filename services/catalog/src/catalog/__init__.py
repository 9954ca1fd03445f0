"""Mini programs, stores, products, stock, videos with anchors, commission terms."""
