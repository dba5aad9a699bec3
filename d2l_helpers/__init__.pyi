from .data import audit_fashion_mnist as audit_fashion_mnist
from .data import get_fashion_mnist_labels as get_fashion_mnist_labels
from .data import hold_out as hold_out
from .data import load_array as load_array
from .data import load_data_fashion_mnist as load_data_fashion_mnist
from .data import load_fashion_mnist as load_fashion_mnist
from .data import synthetic_data as synthetic_data
from .device import try_gpu as try_gpu
from .records import record as record
from .seeds import seed_all as seed_all

__version__: str
