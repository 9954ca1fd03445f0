"""Client of Anchorage's HTTP API.

from anchorage_client import Caller
from anchorage_client.api.pages import list_mini_programs

host = Caller.for_client("https://gateway.example", client_id, client_secret)
page = host.call(list_mini_programs)
"""

from anchorage_client.caller import Caller
from anchorage_client.problems import Problem, WrongField

__all__ = ["Caller", "Problem", "WrongField"]
