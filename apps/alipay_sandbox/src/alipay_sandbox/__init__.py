"""A simulator of Alipay's gateway protocol, made to find integration mistakes."""
