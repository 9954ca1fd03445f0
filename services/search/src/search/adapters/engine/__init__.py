"""Product indexes: tantivy inside the process, or OpenSearch; either with search by meaning around it."""
