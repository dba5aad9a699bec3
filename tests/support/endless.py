"""A function that trains without end and says when the main thread waits for it, so that a test can interrupt that."""

from __future__ import annotations

ENDLESS = """
import sys, threading, time
from pathlib import Path

def names(frame):
    return [] if frame is None else [frame.f_code.co_name, *names(frame.f_back)]

def train(lr=0.1, num_epochs=10**6):
    for _ in range(num_epochs):
        time.sleep(0.001)
        if "settle" in names(sys._current_frames()[threading.main_thread().ident]):
            Path({!r}).touch()
        yield lr
"""
