"""`anchorage doctor`: whether an installation can take money: keys, clocks, addresses, DNS, TLS, Kafka, MongoDB, Alipay."""
