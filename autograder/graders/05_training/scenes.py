"""Scenes: small networks and loaders, built beside the student's code, which is let loose on them.

Models, loaders and optimizers cannot be sent by value. A *scene* is a function that builds them,
calls the student's function and reports plain observations. It is played as a probe in the
student's kernel, and where an oracle is needed, here with a function of our own. HELPERS go along
with a probe.
"""

from typing import Any

import numpy as np
import torch

from autograder import CheckFailed, StudentError, StudentNotebook

from ..shared.scenes import TORCH, Loader, image_numbers
from .mistakes import CLASSES_ON_DIM_1


def data_loader(x: Any, y: Any, size: int, **options: Any) -> Any:
    """PyTorch's own loader of x (N, ...) and y (N,), in their order."""
    dataset = torch.utils.data.TensorDataset(x, y)
    return torch.utils.data.DataLoader(dataset, batch_size=size, **options)


def draw_images(rng: np.random.Generator, images: int) -> torch.Tensor:
    """Images (N, 1, 2, 3) with numbers that :func:`image_numbers` reads, in some order."""
    x = rng.normal(size=(images, 1, 2, 3))
    x[:, 0, 0, 0] = rng.permutation(np.arange(1, images + 1)) / 100
    return torch.from_numpy(x).float()


class Net(torch.nn.Module):
    """Named layers one after another for images (N, C, H, W); the result is (N, classes).

    ``seen`` gets for each forward pass the numbers of the images. It only helps to say what went
    wrong: a student's code could change it, so nothing passes because of it.
    """

    def __init__(self, weights: dict[str, Any], seen: list[Any], **layers: Any) -> None:
        super().__init__()
        torch.set_grad_enabled(True)  # whatever the notebook has left
        for name, layer in layers.items():
            self.add_module(name, layer)
        self.load_state_dict(weights)
        self.note = seen.append  # not the list: a deep copy of the network writes in the same one

    def forward(self, images: Any) -> Any:
        out = images.flatten(1)
        for layer in self.children():
            out = layer(out)
        self.note(image_numbers(images))
        return out


def state_of(model: Any) -> dict[str, Any]:
    """All weights and statistics of a network, as they are now."""
    return {name: value.detach().clone() for name, value in model.state_dict().items()}


def drawn_norm(rng: np.random.Generator, name: str, features: int) -> dict[str, torch.Tensor]:
    """Weights of a batch normalisation whose statistics are not the default ones."""
    drawn = {
        "weight": rng.uniform(0.5, 2, features),
        "bias": rng.normal(size=features),
        "running_mean": rng.normal(size=features),
        "running_var": rng.uniform(0.5, 2, features),
    }
    tensors = {f"{name}.{part}": torch.from_numpy(value).float() for part, value in drawn.items()}
    return {**tensors, f"{name}.num_batches_tracked": torch.tensor(5)}


HELPERS = (TORCH, Loader, data_loader, image_numbers, Net, state_of)


def play(student: StudentNotebook, scene: Any, *args: Any, **options: Any) -> Any:
    """Run a scene in the student's kernel; say it where an exception shows a known mistake."""
    try:
        return student.run(scene, *args, **options)
    except StudentError as error:
        said = error.message.split(" (At ")[0].lower()  # without the line of the student's code
        for name, sentence, *parts in NAMED_ERRORS:
            if any(part in said for part in parts):
                raise CheckFailed(error.message, sentence, name) from None
        raise


NAMED_ERRORS = (  # the mistake, and parts of an exception's text that show it
    (
        "wrong-device",
        "Not every machine has a GPU. Move images and labels to the device of the model, "
        "next(model.parameters()).device, instead of calling .cuda().",
        "cuda",
        "nvidia",
    ),
    (
        "uses-more-of-loader",
        "A loader can be looped over, and nothing else of it is promised: count the images in "
        "the loop, and weight each batch by its size.",
        f"'{Loader.__name__.lower()}'",
    ),
    (
        "labels-not-indices",
        "Labels are class indices: integers of the shape (N,), just as the loader gives them.",
        "multi-target",
        "should be 1-d",
    ),
    ("argmax-over-images", CLASSES_ON_DIM_1, "must match the size"),
    (
        "wrong-dtype",
        "Leave the images in the dtype in which the loader gives them: it is that of the model.",
        "have the same dtype",
    ),
    (
        "no-record",
        "backward() follows the record from the loss back to the weights. Between model(images) "
        "and backward() there may be no torch.no_grad(), no .item(), no .detach() and no argmax.",
        "does not require grad",
    ),
    (
        "arguments-swapped",
        "The logits come first and the labels second: loss_fn(logits, labels).",
        "not implemented for 'long'",
    ),
    (
        "no-eval",
        "Call model.eval() before measuring: in training mode batch normalisation uses, and "
        "changes, statistics of the validation images.",
        "more than 1 value per channel",
    ),
)
