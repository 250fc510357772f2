"""Another kernel for the rook."""


# %% rook_answer
def rook_weights():
    w = np.zeros((1, 1, 3, 3)); w[0, 0, 1, 1] = 1; w[0, 0, :, 0] = -1/3; 
    return w, -1.5
