"""A simulator of Alipay's gateway protocol, good enough to find integration mistakes."""
