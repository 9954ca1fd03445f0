"""Computes the reader's tables before the first picture."""

import numpy as np

from roundcode import cylinder, template
from roundcode.cellvalues import grid
from roundcode.expected import BLURS, Blur, blurred_fixed, fitting_blurs, model, unblur
from roundcode.geometry import LAYOUTS, SHORT
from roundcode.placement import Placement
from roundcode.reader import one_thread
from roundcode.scoring import closer, glance
from roundcode.softword import likely_data


def warm_up() -> None:
    """Two seconds of work that the first readings would have to do: templates, blurs and their inverses."""
    with one_thread():
        _make_tables()


def _make_tables() -> None:
    fitting_blurs(Placement(np.eye(3)), np.zeros((4, 4), np.float32), 1.0)
    template.points(0.05, 0.05)
    template.points(0.025, 0.03)
    cylinder.table_points()
    cylinder.table()[0].bend()
    glance()
    closer()
    for blur in BLURS:
        blurred_fixed(blur)
        unblur(SHORT, blur)
    for even in BLURS[1:4]:
        model(SHORT, Blur(even.along, even.along))
    for layout in LAYOUTS:
        grid(layout)
    likely_data(np.linspace(-1, 1, SHORT.word_bytes * 8, dtype=np.float32), SHORT)
