from .data import audit_fashion_mnist as audit_fashion_mnist
from .data import get_fashion_mnist_labels as get_fashion_mnist_labels
from .data import hold_out as hold_out
from .data import load_array as load_array
from .data import load_data_fashion_mnist as load_data_fashion_mnist
from .data import load_fashion_mnist as load_fashion_mnist
from .data import synthetic_data as synthetic_data
from .device import try_gpu as try_gpu
from .evaluation import accuracy as accuracy
from .evaluation import confusion_matrix as confusion_matrix
from .evaluation import evaluate_accuracy as evaluate_accuracy
from .evaluation import evaluate_loss as evaluate_loss
from .evaluation import most_wrong as most_wrong
from .evaluation import predict as predict
from .figures import plot_comparison as plot_comparison
from .figures import plot_confusion as plot_confusion
from .figures import plot_history as plot_history
from .figures import plot_images as plot_images
from .figures import plot_templates as plot_templates
from .panels import retrain as retrain
from .records import record as record
from .seeds import seed_all as seed_all
from .training import fit as fit
from .training import train_ch3 as train_ch3

__version__: str
