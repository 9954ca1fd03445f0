"""Search by meaning: embedding models and vectors of products. Optional, with the extra `hybrid`."""
