"""Who may do what: three owners, three hosts, two creators, their members by role, viewers and operators, against every call."""
