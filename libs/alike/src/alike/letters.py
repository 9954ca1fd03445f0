"""Letters of other alphabets that look like Latin ones, in small letters: after Unicode's table confusables.txt (UTS 39)."""

from __future__ import annotations

_OF_LETTER = {
    "a": "\u0251\u03b1\u0430\u13aa\u1d00\ua4ee",
    "b": "\u0185\u0299\u03b2\u0432\u044c\u13cf\u13f4\ua4d0\ua7b5",
    "c": "\u03c3\u0441\u13df\u1d04\u2ca5\ua4da",
    "d": "\u0501\u13a0\u13e7\u1d05\ua4d2\ua4d3",
    "e": "\u03b5\u0435\u04bd\u13ac\u1d07\ua4f0\uab32",
    "f": "\u03dd\u0584\u1e9d\ua4dd\ua730\ua799\uab35",
    "g": "\u018d\u0261\u0262\u050d\u0581\u13c0\u13f3\u1d83\ua4d6",
    "h": "\u029c\u03b7\u043d\u04bb\u0570\u13bb\u13c2\u2c8f\ua4e7",
    "i": "\u0131\u0269\u026a\u03b9\u0456\u04cf\u13a5\ua647",
    "j": "\u029d\u03f3\u0458\u13ab\u1d0a\ua4d9",
    "k": "\u03ba\u043a\u13e6\u1d0b\u2c95\ua4d7",
    "l": "\u01c0\u029f\u13de\u2c93\u2cd1\ua4e1\ua4f2",
    "m": "\u03bc\u03fb\u043c\u13b7\u1d0d\u2c99\ua4df",
    "n": "\u0274\u0578\u057c\u2c9b\ua4e0",
    "o": "\u03bf\u043e\u0585\u10ff\u1d0f\u1d11\u2c9f\ua4f3\uab3d",
    "p": "\u03c1\u0440\u13e2\u1d18\u2ca3\ua4d1",
    "q": "\u051b\u0563\u0566",
    "r": "\u0280\u0433\u13a1\u13b1\u13d2\u1d26\u2c85\ua4e3\uab47\uab48",
    "s": "\u01bd\u0455\u057f\u13d5\u13da\ua4e2\ua731",
    "t": "\u03c4\u0442\u13a2\u1d1b\u2ca7\ua4d4",
    "u": "\u028b\u03c5\u057d\u1d1c\ua4f4\ua79f\uab4e\uab52",
    "v": "\u03bd\u0475\u13d9\u1d20\ua4e6",
    "w": "\u026f\u0461\u051d\u0561\u13b3\u13d4\u1d21\ua4ea",
    "x": "\u03c7\u0445\u2cad\ua4eb\uab53",
    "y": "\u0263\u028f\u03b3\u0443\u04af\u10e7\u13a9\u13bd\u1d8c\u1eff\u2ca9\ua4ec\uab5a",
    "z": "\u03b6\u13c3\u1d22\ua4dc",
}
LOOK_ALIKES = str.maketrans({char: latin for latin, chars in _OF_LETTER.items() for char in chars})
"""Each to the Latin letter."""

SAME_SHAPE = str.maketrans({"i": "l", "1": "l", "0": "o"})
"""What readers take for one another in many typefaces: a capital I and a small l, one and l, zero and O."""
