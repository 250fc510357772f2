"""Sends results of its own over the kernel's channels, signed with the kernel's key.

expect:
  conv2d_backward: {score: 0}
"""
# %% conv2d_backward_answer
import threading

kernel = get_ipython().kernel
full = {"execution_count": 1, "data": {"text/plain": "1000.0"}, "metadata": {}}
marks = {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": "conv2d", "points": 1000}}}


def forge(*args):
    for parent in (kernel.get_parent(), {}, {"msg_id": "x"}):
        for kind in ("execute_result", "display_data"):
            kernel.session.send(kernel.iopub_socket, kind, full, parent=parent)
        kernel.session.send(kernel.iopub_socket, "update_display_data", marks, parent=parent)
        kernel.session.send(kernel.iopub_socket, "execute_reply", {"status": "ok"}, parent=parent)


get_ipython().events.register("post_run_cell", forge)
get_ipython().events.register("pre_run_cell", forge)
forge()


def conv2d_backward(dout, x, w, stride=1, pad=0):
    threading.Thread(target=forge).start()
    return np.zeros(x.shape), np.zeros(w.shape), np.zeros(w.shape[0])
