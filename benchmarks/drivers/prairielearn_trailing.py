# ruff: noqa: F821 (these names are the student's)
# Runs after the student's code: results as the plugin can send them, arrays inside of tuples too.
def _sendable(value):
    if isinstance(value, np.ndarray):
        return {"_type": "ndarray", "_value": value.tolist(), "_dtype": str(value.dtype)}
    return [_sendable(part) for part in value] if isinstance(value, tuple) else value


def _sending(function):
    return lambda *args, **options: _sendable(function(*args, **options))


_conv_out_size = _sending(conv_out_size)
_conv2d = _sending(conv2d)
_conv2d_backward = _sending(conv2d_backward)
_shift = _sending(shift)
_equivariance_error = _sending(equivariance_error)
_rook_weights = _sending(rook_weights)
