"""JSON models of the public API, shared by the gateway, which documents them, and the services that answer.

Requests forbid unknown fields. Answers are built from these models, so that no field leaves by accident.
"""
