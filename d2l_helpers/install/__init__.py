"""Install the readers' package, MXNet and what else is missing, from the wheel beside a notebook."""
