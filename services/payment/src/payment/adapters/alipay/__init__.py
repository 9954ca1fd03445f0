"""Alipay as a payment provider: a client of its gateway protocol."""
