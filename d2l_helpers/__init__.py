"""Helpers for the notebooks of the chapter *Linear Neural Networks*.

``import d2l_helpers as helpers`` comes first in a notebook: it makes MXNet and d2l of 2020 importable on today's
Python, and imports neither until a function needs them. The public names are listed in ``__init__.pyi``; each is
loaded when it is first used.
"""

import lazy_loader

from d2l_helpers.engine import compat

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__version__ = "0.1.0"

compat.install({"mxnet.gluon.data.vision.datasets:FashionMNIST.__init__": "d2l_helpers.data.gluon_dataset:initialize"})
