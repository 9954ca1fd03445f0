"""Alipay as a payment provider: its gateway protocol, spoken as a merchant."""
