"""Fake NVIDIA drivers: shared libraries with the driver's name, compiled by the test."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from support.lacking import lacking

NO_DEVICE = 100  # CUDA_ERROR_NO_DEVICE, and cudaErrorNoDevice
CALLS_OF_MXNET = (
    *("cuDevicePrimaryCtxRetain", "cuGetErrorString", "cuGraphKernelNodeGetParams", "cuGraphNodeGetType"),
    *("cuLaunchKernel", "cuModuleGetFunction", "cuModuleLoadData", "cuModuleLoadDataEx", "cuModuleUnload"),
)
A_DRIVER = """
#include <string.h>
int cuInit(unsigned flags) {{ return {status}; }}
int cuDriverGetVersion(int *version) {{ *version = {cuda}; return 0; }}
int cuDeviceGetCount(int *count) {{ *count = {count}; return 0; }}
int cuDeviceGet(int *device, int index) {{ *device = index; return 0; }}
int cuDeviceGetName(char *name, int length, int device) {{ strncpy(name, "{name}", length); return 0; }}
int cuDeviceGetAttribute(int *value, int attribute, int device) {{
    *value = attribute == 75 ? {major} : attribute == 76 ? {minor} : -1;
    return 0;
}}
int cuDeviceTotalMem_v2(size_t *bytes, int device) {{ *bytes = (size_t){gib} << 30; return 0; }}
"""


def driver(folder: Path, name: str = "Tesla T4", capability: tuple[int, int] = (7, 5), **facts: int) -> Path:
    """Make a driver that lists such GPUs and does nothing with them; return the folder for LD_LIBRARY_PATH."""
    major, minor = capability
    defaults = {"status": 0, "cuda": 12040, "count": 1, "gib": 15}
    source = A_DRIVER.format(name=name, major=major, minor=minor, **defaults | facts)
    compiled(folder, "libcuda.so.1", source + stubs(CALLS_OF_MXNET))
    return folder


def driver_without_gpu(folder: Path) -> Path:
    """Make a driver with all functions that MXNet calls, which finds no GPU."""
    compiled(folder, "libcuda.so.1", stubs(["cuInit", "cuDriverGetVersion", "cuDeviceGet", *CALLS_OF_MXNET]))
    return folder


def stubs(names: Iterable[str]) -> str:
    """Return functions in C that find no device but return their version, as NVIDIA's do without a GPU."""
    return "\n".join(
        f"int {name}(int *version) {{ *version = 10010; return 0; }}"
        if name in ("cudaDriverGetVersion", "cudaRuntimeGetVersion", "cuDriverGetVersion")
        else f"int {name}(void) {{ return {NO_DEVICE}; }}"
        for name in names
    )


def compiled(folder: Path, soname: str, source: str, version: str = "") -> None:
    """Compile a shared library; `version` is that of its symbols, as in NVIDIA's libraries."""
    if not shutil.which("gcc"):
        lacking("this test compiles a fake of NVIDIA's driver: sudo apt-get install gcc libc6-dev")
    folder.mkdir(parents=True, exist_ok=True)
    command = ["gcc", "-shared", "-fPIC", "-w", "-fno-builtin", "-o", folder / soname, f"-Wl,-soname,{soname}"]
    if version:
        script = folder / f"{soname}.map"
        script.write_text(f"{version} {{ global: *; }};\n")
        command.append(f"-Wl,--version-script,{script}")
    subprocess.run([*command, "-x", "c", "-"], input=source, text=True, check=True)


def with_metadata(folder: Path, *names: str) -> Path:
    """Make a folder in which wheels of these names seem to be installed."""
    for name in names:
        (folder / f"{name}.dist-info").mkdir(parents=True)
    return folder


def run_without_gpu(code: str, **environment: str) -> tuple[str, str]:
    """Run code in a new Python that sees no GPU; return its stdout and its stderr."""
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "", **environment}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return done.stdout, done.stderr
