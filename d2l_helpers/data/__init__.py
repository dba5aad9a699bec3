"""The data of the chapter: Fashion-MNIST, found and verified; tables that came with the package; synthetic data.

Nothing here imports MXNet until a function needs it.
"""

from d2l_helpers.data.batches import ArrayBatches, load_array
from d2l_helpers.data.capstone import Capstone, load_capstone
from d2l_helpers.data.fashion_mnist import (
    LABELS,
    Audit,
    audit,
    audit_fashion_mnist,
    get_fashion_mnist_labels,
    hold_out,
    load_data_fashion_mnist,
    load_fashion_mnist,
    synthetic_data,
)
from d2l_helpers.data.hubble import DISTANCES, VELOCITIES, load_hubble
from d2l_helpers.data.sources import CHECKSUMS, Found, cache_folder, obtain

__all__ = [
    "load_fashion_mnist",
    "load_data_fashion_mnist",
    "get_fashion_mnist_labels",
    "LABELS",
    "audit_fashion_mnist",
    "audit",
    "Audit",
    "hold_out",
    "synthetic_data",
    "load_hubble",
    "DISTANCES",
    "VELOCITIES",
    "load_capstone",
    "Capstone",
    "load_array",
    "ArrayBatches",
    "obtain",
    "Found",
    "cache_folder",
    "CHECKSUMS",
]
