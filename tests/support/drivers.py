"""NVIDIA drivers that are none: shared libraries of our own with the driver's name, compiled on the spot."""

from __future__ import annotations

import shutil
import subprocess
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
    """Make a driver that tells of such GPUs and does nothing with them; give the folder for LD_LIBRARY_PATH."""
    major, minor = capability
    defaults = {"status": 0, "cuda": 12040, "count": 1, "gib": 15}
    source = A_DRIVER.format(name=name, major=major, minor=minor, **defaults | facts)
    compiled(folder, "libcuda.so.1", source + stubs(CALLS_OF_MXNET))
    return folder


def driver_without_gpu(folder: Path) -> Path:
    """Make a driver that has all that MXNet asks for, and finds no GPU."""
    compiled(folder, "libcuda.so.1", stubs(["cuInit", "cuDriverGetVersion", "cuDeviceGet", *CALLS_OF_MXNET]))
    return folder


def stubs(names: Iterable[str]) -> str:
    """Write functions in C that all find no device, but tell their version, as NVIDIA's do without a GPU, too."""
    return "\n".join(
        f"int {name}(int *version) {{ *version = 10010; return 0; }}"
        if name in ("cudaDriverGetVersion", "cudaRuntimeGetVersion", "cuDriverGetVersion")
        else f"int {name}(void) {{ return {NO_DEVICE}; }}"
        for name in names
    )


def compiled(folder: Path, soname: str, source: str, version: str = "") -> None:
    """Compile a shared library; `version` is that of its symbols, as NVIDIA's libraries have one."""
    if not shutil.which("gcc"):
        lacking("this test compiles a stand-in for NVIDIA's driver: sudo apt-get install gcc libc6-dev")
    folder.mkdir(parents=True, exist_ok=True)
    command = ["gcc", "-shared", "-fPIC", "-w", "-fno-builtin", "-o", folder / soname, f"-Wl,-soname,{soname}"]
    if version:
        script = folder / f"{soname}.map"
        script.write_text(f"{version} {{ global: *; }};\n")
        command.append(f"-Wl,--version-script,{script}")
    subprocess.run([*command, "-x", "c", "-"], input=source, text=True, check=True)
