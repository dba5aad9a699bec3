# The chapter in JupyterLab, for macOS, Windows and Linux, on x86-64 and ARM: docs/containers.md has the commands.
# A development container in VS Code stops at the stage "development".

# Debian 12, because the tests of this project ran on it and its Python 3.11 recorded the numbers in the notebooks.
# A newer release would change Python and NumPy in images that readers build later
FROM debian:bookworm-slim AS environment

# A mirror of PyPI, where PyPI cannot be reached
ARG PIP_INDEX_URL
# The home is the folder of the copies, so that one volume keeps the copies, the progress and the settings. HOME is set,
# because a user id that is chosen by --user has no home. It lies in the project, where helpers.solution finds the key
ENV HOME=/chapter/work LANG=C.UTF-8 PATH=/chapter/.venv/bin:$PATH PIP_NO_CACHE_DIR=1
WORKDIR /chapter

# With Debian's package of Fashion-MNIST, because a classroom may have no network when the notebooks run
COPY system-packages.sh ./
RUN apt-get update --quiet=2 \
    && DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends \
        ca-certificates dataset-fashion-mnist make python3-venv >/dev/null \
    && sh system-packages.sh bubblewrap util-linux \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1000 --home-dir "$HOME" --create-home --shell /bin/bash reader \
    && chown reader .

# Apart from the code, so that a change of the code does not install the packages again
USER reader
COPY setup.sh requirements.lock ./
RUN sh setup.sh packages


FROM environment AS development
USER root
RUN apt-get update --quiet=2 \
    && DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends git >/dev/null \
    && rm -rf /var/lib/apt/lists/*
USER reader


FROM environment
COPY --chown=reader . .
# EXTRAS="keras grading" adds TensorFlow for notebook 08 and nbgrader for a teacher
ARG EXTRAS
RUN make .venv/ready $EXTRAS
EXPOSE 8888
# JupyterLab listens on every address of the container, or --publish could not reach it; --publish decides who else can
CMD ["d2l-helpers", "lab", "--no-browser", "--ip", "0.0.0.0", "--port", "8888"]
