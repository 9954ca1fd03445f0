"""HTTP: routes, problem documents, tokens, the pooled client."""
