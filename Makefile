# make help lists the targets. Every one sets up what it needs first.
BIN := .venv/bin
# Scripts in .venv/bin do not start where the clone's path has a space and a dollar sign; a module does
HELPERS := $(BIN)/python -P -m d2l_helpers
AUTHOR := $(BIN)/python -P -m d2l_authoring
NOTEBOOKS := notebooks
ARGS :=

help:  ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | sort | expand -t 16

# PYTHONDONTWRITEBYTECODE, which some containers set, would have JupyterLab compiled at each start, for four seconds
lab: export PYTHONDONTWRITEBYTECODE =
lab: .venv/ready  ## set up everything and open your copies, in work/, in JupyterLab; ARGS="--no-browser --port 8899"
	@$(HELPERS) lab $(ARGS)

# For the same reason: the tests start a thousand processes
check test test-all: export PYTHONDONTWRITEBYTECODE =
# What `make cu117` adds warns where there is no GPU for it, and a warning is an error here; D2L_CUDA=.venv/mxnet-cuda tests it
check test test-all: export D2L_CUDA ?= $(CURDIR)/.venv/no-cuda

PYTEST := $(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder
NBVAL := $(BIN)/pytest --nbval --nbval-current-env --numprocesses auto $(NOTEBOOKS)

check: lint  ## run lint and all fast tests: a minute or two; no browser, kernel, sandbox or network
	$(PYTEST) -m "not (sandbox or kernel or browser or network or tensorflow or nbgrader or cluster or sphinx or timing or nightly or cuda)"

test: lint keras grading cluster .venv/site  ## run check, and test the sandbox, kernels, two notebooks in a browser, all notebooks against their records
	$(PYTEST) -m "not (timing or nightly or cuda)"
	$(NBVAL)

test-all: lint keras grading cluster .venv/site  ## test everything: attacks, every notebook in a browser, Colab's versions, MXNet 1.6, timing; half an hour or more
	$(PYTEST) -m "not (timing or cuda)"
	$(NBVAL)
	$(BIN)/pytest -m timing

system-packages:  ## install Chromium, bubblewrap, util-linux and openssl by apt, which `make test` needs; as root, or with sudo
	@sh system-packages.sh

test-cuda: data  ## start MXNet's CUDA wheels on the CPU, with a stand-in for the driver: 3 GB to fetch, 8 GB of space
	$(BIN)/pytest -m cuda

lint: data  ## run ruff, mypy, the check of import layers, and the notebooks' own lint
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(AUTHOR) lint $(NOTEBOOKS)

record: data keras  ## run the notebooks in fresh kernels and write their outputs, and the pictures of the book's exhibits
	$(AUTHOR) record $(NOTEBOOKS)
	$(AUTHOR) pictures $(NOTEBOOKS)

links: .venv/ready  ## write badges and the cells that install; REPO=owner/name is the repository's public address
	$(AUTHOR) links $(REPO)

wheel: .venv/ready  ## build d2l_helpers as dist/d2l_helpers-*.whl
	$(BIN)/python -m hatchling build --target wheel --directory dist

test-engines: data  ## run the notebooks with Colab's Python, MXNet 1.6.0 and another device; needs Python 3.13, takes 20 minutes
	$(PYTEST) tests/engines

colab-lists: .venv/ready  ## read Colab's versions, which tests pin, from COLAB=FOLDER, a clone of googlecolab/backend-info
	$(BIN)/python tests/engines/colabs_lists.py $(COLAB)

test-machines:  ## set up fresh clones on minimal Debian 12, 13 and testing; needs root, debootstrap and 15 minutes
	python3 tests/machines $(ARGS)

test-cgroups:  ## try control groups of version 2 in virtual machines; needs root, qemu and debootstrap, and half an hour
	python3 tests/machines/control_groups.py $(ARGS)

test-arm:  ## try a clone on an emulated processor by ARM (aarch64); needs root, qemu, debootstrap and an hour
	python3 tests/machines/arm.py $(ARGS)

test-gradescope:  ## try the bundle in an imitation of Gradescope's container; needs root, debootstrap and 10 minutes
	python3 tests/machines/gradescope.py $(ARGS)

test-containers:  ## build the container images by a Docker daemon of its own and use them; needs root, debootstrap and 10 minutes
	python3 tests/machines/containers.py $(ARGS)

bench: data  ## measure training beside other libraries, imports, loading and memory; adds a line to benchmarks/history.csv
	$(BIN)/python -m benchmarks training $(ARGS)

bench-growth: data  ## measure how cost grows with examples, batch, classes and submissions, and write docs/speed.md; 10 minutes
	$(BIN)/python -m benchmarks growth $(or $(ARGS),examples batch classes submissions)

bench-panel: data  ## measure in Chromium what a reader of a panel waits for: a minute or two; adds a line to benchmarks/history.csv
	$(BIN)/python -m benchmarks panel $(ARGS)

bench-waits: data  ## measure make lab, setup cells and the chapter by nbval: 10 to 15 minutes; adds a line to benchmarks/history.csv
	$(BIN)/python -m benchmarks waits $(ARGS)

bench-grading: data grading  ## compare our grader, nbgrader and otter on 40 submissions; ARGS="--students 8 --json FILE"
	$(BIN)/python -m benchmarks grading $(ARGS)

bench-cluster: data cluster grading  ## mark 300 submissions on 1, 2 and 4 workers, as root; ARGS="--students 60 --json FILE"
	$(BIN)/python -m benchmarks cluster $(ARGS)

keras: .venv/keras  ## add TensorFlow, which notebook 08 needs: 1 to 1.5 GB

grading: .venv/grading  ## add nbgrader, which a teacher's course needs

cluster: .venv/cluster  ## add dask.distributed, which marks a class on several machines

cu117: .venv/cu117  ## add MXNet for CUDA 11, in .venv/mxnet-cuda: 2.4 GB, for compute capability 5.0 to 8.9

site: .venv/site data  ## build the chapter as a book in build/site, without running a notebook; ARGS="--output FOLDER"
	$(AUTHOR) site $(ARGS)

pdf: .venv/site data  ## print the book as build/book.pdf, with Chromium; ARGS="--output FILE"
	$(AUTHOR) pdf $(ARGS)

data: .venv/ready  ## fetch and verify Fashion-MNIST
	@$(HELPERS) data --quiet

RESOLVE = uv pip compile pyproject.toml --universal --python-version 3.11 --only-binary :all: \
	--generate-hashes --no-header --no-annotate --upgrade --quiet
LOCKED = $$(sed -n 's/^\([a-z0-9._-]*\)==.*/\1/p' requirements.lock | uniq)

lock:  ## resolve the six locks from pyproject.toml, and check that each pin has a wheel; needs uv
	$(RESOLVE) --extra dev --output-file requirements.lock
	$(RESOLVE) --extra keras --constraint requirements.lock \
		$$(printf -- '--no-emit-package %s ' $(LOCKED)) --output-file requirements-keras.lock
	$(RESOLVE) --extra grading --constraint requirements.lock --constraint requirements-keras.lock \
		$$(printf -- '--no-emit-package %s ' $(LOCKED)) --output-file requirements-grading.lock
	$(RESOLVE) --extra cluster --constraint requirements.lock --constraint requirements-keras.lock \
		--constraint requirements-grading.lock $$(printf -- '--no-emit-package %s ' $(LOCKED)) \
		--output-file requirements-cluster.lock
	$(RESOLVE) --extra site --constraint requirements.lock --constraint requirements-keras.lock \
		--constraint requirements-grading.lock --constraint requirements-cluster.lock \
		$$(printf -- '--no-emit-package %s ' $(LOCKED)) --output-file requirements-site.lock
	$(RESOLVE) --extra cu117 --constraint requirements.lock \
		$$(printf -- '--no-emit-package %s ' $(LOCKED)) --output-file requirements-cu117.lock
	@set -e; for machine in x86_64 aarch64; do for python in 3.11 3.12 3.13 3.14; do for lock in "$(CURDIR)"/requirements*.lock; do \
		case $$machine-$$lock in aarch64-*-keras.lock | aarch64-*-cu117.lock) continue ;; esac; \
		echo "$$machine, Python $$python, $${lock##*/}"; (cd / && uv pip install --dry-run --quiet --target "$(CURDIR)/build/lock" \
			--python-version $$python --python-platform $$machine-manylinux_2_28 \
			--only-binary :all: --require-hashes --no-deps -r "$$lock"); done; done; done  # cd /: there, uv does not read pyproject.toml, whose constraints have no hashes

clean:  ## remove the environment and what tools left
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist

INSTALL = sh setup.sh run $(BIN)/python -I -m pip install --quiet --disable-pip-version-check --no-user --no-deps
LOCKED_ONLY = --only-binary :all: --require-hashes

.venv/ready: .venv/packages pyproject.toml  # what pyproject.toml declares: the three commands
	@$(INSTALL) --no-build-isolation --editable .
	@touch $@

.venv/keras .venv/cu117: | has-wheels

has-wheels:  # where pip would only say that it found no version
	@[ "$$(uname -m)" != aarch64 ] || { echo "tensorflow-cpu (notebook 08) and mxnet-cu117 have no wheels for processors by ARM (aarch64)." >&2; exit 1; }

.venv/keras .venv/grading .venv/cluster .venv/site: .venv/%: requirements-%.lock .venv/ready  # only what requirements.lock does not have already
	@echo "Installing $(SIZE_$*)." >&2
	@$(INSTALL) $(LOCKED_ONLY) -r $<
	@touch $@

SIZE_keras = TensorFlow for notebook 08 (about 300 MB to fetch, 1 to 1.5 GB on the disk)
SIZE_grading = nbgrader (20 MB to fetch)
SIZE_cluster = dask.distributed (3 MB to fetch)
SIZE_site = Sphinx (10 MB to fetch)

.venv/cu117: requirements-cu117.lock .venv/ready  # apart: all of MXNet's wheels write to one folder
	@echo "Installing MXNet for CUDA 11 in .venv/mxnet-cuda (2.4 GB to fetch)." >&2
	@$(INSTALL) $(LOCKED_ONLY) --upgrade --target .venv/mxnet-cuda -r $<
	@sh setup.sh complete-mxnet .venv/mxnet-cuda/mxnet
	@touch $@

.venv/packages: ALWAYS  # setup.sh ends at once where nothing is to be done, and leaves the file as it is
	@sh setup.sh

ALWAYS:

.PHONY: help lab check test test-all system-packages test-cuda test-engines colab-lists test-machines test-cgroups test-arm test-gradescope test-containers lint record links wheel bench bench-growth bench-panel bench-waits bench-grading bench-cluster data keras grading cluster site pdf cu117 lock clean has-wheels ALWAYS
