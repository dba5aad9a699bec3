"""How much faster a class is marked on several workers, and what a cluster costs per submission."""
