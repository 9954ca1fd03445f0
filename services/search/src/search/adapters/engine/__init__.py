"""The product index behind one port: tantivy inside the process, or OpenSearch beside it."""
