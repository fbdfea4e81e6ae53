"""Weights out of a graph that `export` wrote, so that training can go on from what is published.

The graph holds convolutions with their normalisation folded in. A fold loses the statistics of the maps, not the function: measured
again on pictures, they give back a network that trains, with the same outputs.
"""
import numpy as np
import openvino as ov
import torch
from torch import nn

from .model import HazardYolo


def _constant(output):
    node = output.get_node()
    while node.get_type_name() in ("Convert", "Reshape"):
        node = node.input_value(0).get_node()
    return torch.from_numpy(np.array(node.data, np.float32))


def graph_weights(path):
    """{name of a convolution in the network: (weights, bias)} of a graph that `export` wrote."""
    found = {}
    for node in ov.Core().read_model(path).get_ordered_ops():
        if node.get_type_name() not in ("Convolution", "GroupConvolution"):
            continue
        # The converter names an operation after the module it came from: __module.backbone.shallow.0.conv/...
        name = node.get_friendly_name().removeprefix("__module.").split("/")[0]
        (after,) = [t.get_node() for t in node.output(0).get_target_inputs()]
        if after.get_type_name() != "Add":
            raise SystemExit(f"{path}: no bias after {name}")
        bias = next(_constant(i.get_source_output()) for i in after.inputs() if i.get_source_output().get_node() != node)
        found[name] = (_constant(node.input_value(1)), bias.reshape(-1))
    return found


@torch.no_grad()
def reopen(path, pictures):
    """The network of a graph that `export` wrote, ready to be trained on. Its normalisation is measured on `pictures`
    (n, 3, height, width), RGB 0..1; exits with a sentence where the graph is another network's."""
    model, weights = HazardYolo(), graph_weights(path)
    parts = {name: part for name, part in model.named_modules() if isinstance(part, nn.Conv2d)}
    for name, part in parts.items():
        given, bias = weights.pop(name, (None, None))
        if given is None or given.numel() != part.weight.numel():
            raise SystemExit(f"{path}: not a graph of this network with {model.classes} classes: {name} is missing or has another size")
        part.weight.copy_(given.view_as(part.weight))
        if part.bias is not None:
            part.bias.copy_(bias)
        else:
            # Until it is measured, normalisation adds the bias and does nothing else.
            norm = model.get_submodule(name.removesuffix("conv") + "norm")
            norm.weight.fill_((1 + norm.eps) ** 0.5)
            norm.bias.copy_(bias)
    if weights:
        raise SystemExit(f"{path}: not a graph of this network: it has no {sorted(weights)[0]}")
    _measure(model.eval(), pictures)
    return model


def _measure(model, pictures):
    """Gives every normalisation the mean and variance of its own inputs, and the scale and shift with which the function stays."""
    sums = {}

    def watch(norm, inputs):
        x = inputs[0].double()
        sums[norm] = sums.get(norm, 0) + torch.stack((torch.ones_like(x), x, x * x)).sum((1, 3, 4))

    norms = [p for p in model.modules() if isinstance(p, nn.BatchNorm2d)]
    hooks = [n.register_forward_pre_hook(watch) for n in norms]
    for some in pictures.split(4):
        model(some)
    for hook in hooks:
        hook.remove()
    for norm in norms:
        count, total, squares = sums[norm]
        mean = total / count
        norm.running_mean.copy_(mean)
        norm.running_var.copy_((squares / count - mean ** 2).clamp(min=1e-6))
        norm.weight.copy_(torch.sqrt(norm.running_var + norm.eps))
        norm.bias.add_(norm.running_mean)
