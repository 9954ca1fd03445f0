"""How text is cut, folded, stemmed and romanised: the same for documents and queries, for every engine."""
