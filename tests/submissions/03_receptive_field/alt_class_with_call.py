"""A class, mixed number types, the Jacobian image by image."""


# %% receptive_field_answer
from dataclasses import dataclass
class Field(dict): pass
class RF:
    def __call__(self, layers):
        layers = [dict(zip("kspd", l)) if isinstance(l, tuple) else dict(l) for l in layers]
        for l in layers:
            if l["k"] < 1 or l.get("s", 1) < 1 or l.get("d", 1) < 1 or l.get("p", 0) < 0: raise ValueError
        def ends(u):
            lo = hi = u
            for l in layers[::-1]:
                lo = lo * l.get("s", 1) - l.get("p", 0)
                hi = hi * l.get("s", 1) - l.get("p", 0) + l.get("d", 1) * (l["k"] - 1)
            return lo, hi
        lo, hi = ends(0)
        return {"rf": np.array(hi - lo + 1), "jump": np.int16(ends(1)[0] - lo), "start": np.float32((lo + hi) / 2 + 0.5)}
receptive_field = RF()
# %% measured_rf_answer
import copy
def measured_rf(net, in_hw, c_in=1):
    with torch.random.fork_rng():
        torch.manual_seed(3)
        x = torch.randn(64, c_in, *in_hw)
    jac = 0
    for image in x:
        f = lambda im: (lambda y: y[0, :, y.shape[2] // 2, y.shape[3] // 2])(net(im[None]))
        jac = jac + torch.autograd.functional.jacobian(f, image).abs().sum((0, 1))
    rows, cols = jac.sum(1).nonzero().ravel(), jac.sum(0).nonzero().ravel()
    return {"rf_h": rows[-1] - rows[0] + 1, "rf_w": cols[-1] - cols[0] + 1}
# %% design_net_answer
my_net = [{"k": 3, "d": 1}, {"k": 3, "d": 2, "p": 2}, {"k": 3, "d": 5}, {"k": 3, "d": 12}]
# %% too_small_answer
dots_predict = dict(rf5="chance", rf5_wide="chance", rf7_dilated="solved", smallest_rf=float(min(lesson.dot_distances(STUDENT_ID)) + 1))
symptoms = ", ".join(l for l, k in lesson.symptom_order(STUDENT_ID).items() if k in {"stuck", "large", "width", "dilation"})
effective = "B"
