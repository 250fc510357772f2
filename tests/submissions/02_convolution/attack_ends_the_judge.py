"""Exits in every way, and leaves handlers that would end a judge beside it.

expect:
  conv2d_backward: {score: 0, says: "SystemExit"}
"""
# %% conv2d_backward_answer
import atexit
import os
import signal
import sys

atexit.register(lambda: os._exit(0))
signal.signal(signal.SIGTERM, lambda *args: os._exit(0))
for target in (os.getppid(), -1, -os.getpgrp()):
    if target != 1:
        try:
            os.kill(target, signal.SIGUSR2 if target in (-1, 0) else 0)
        except OSError:
            pass


def conv2d_backward(dout, x, w, stride=1, pad=0):
    try:
        import pytest

        pytest.exit("all passed", 0)
    except BaseException:
        sys.exit(0)
