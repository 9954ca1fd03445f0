"""Answer the search column, a store and a viewer who types; keep the index up to date with the streams."""
