"""Tensors: a flat `array` of floats in row-major order, with a shape."""

from array import array
import random

_random = random.Random(0)


class dtype:
    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"torch.{self.name}"


float32 = dtype("float32")
float16 = dtype("float16")
bfloat16 = dtype("bfloat16")
int64 = dtype("int64")
uint8 = dtype("uint8")


class device:
    """Where a tensor lives. Only the CPU holds tensors here."""

    def __init__(self, name, index=None):
        kind, _, number = str(name).partition(":")
        self.type = kind
        self.index = int(number) if number else index

    def __repr__(self):
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other):
        return isinstance(other, device) and repr(self) == repr(other)

    def __hash__(self):
        return hash(repr(self))


class Tensor:
    def __init__(self, values, shape):
        self._values = values if isinstance(values, array) else array("f", values)
        self.shape = tuple(shape)
        if len(self._values) != _count(self.shape):
            raise RuntimeError(f"shape '{list(self.shape)}' is invalid for input of size {len(self._values)}")

    dtype = float32
    device = device("cpu")

    @property
    def ndim(self):
        return len(self.shape)

    def size(self, dim=None):
        return self.shape if dim is None else self.shape[dim]

    def dim(self):
        return len(self.shape)

    def numel(self):
        return len(self._values)

    def cpu(self):
        return self

    def to(self, *_args, **_kwargs):
        return self

    def clone(self):
        return Tensor(self._values[:], self.shape)

    def contiguous(self):
        return self

    def reshape(self, *shape):
        return Tensor(self._values, _sizes(shape))

    view = reshape

    def unsqueeze(self, dim):
        at = dim if dim >= 0 else dim + len(self.shape) + 1
        return Tensor(self._values, self.shape[:at] + (1,) + self.shape[at:])

    def permute(self, *dims):
        """Returns a copy whose dimension `i` is this one's `dims[i]`."""
        dims = _sizes(dims)
        strides = _strides(self.shape)
        shape = tuple(self.shape[d] for d in dims)
        steps = tuple(strides[d] for d in dims)
        moved = array("f")
        _gather(self._values, 0, shape, steps, moved)
        return Tensor(moved, shape)

    def movedim(self, source, destination):
        n = len(self.shape)
        dims = [d for d in range(n) if d != source % n]
        dims.insert(destination % n, source % n)
        return self.permute(*dims)

    def narrow(self, dim, start, length):
        """Returns a copy of `length` places of dimension `dim` from `start` on."""
        step = _count(self.shape[dim + 1:])
        whole = self.shape[dim] * step
        kept = array("f")
        for outer in range(_count(self.shape[:dim])):
            at = outer * whole + start * step
            kept.extend(self._values[at:at + length * step])
        return Tensor(kept, self.shape[:dim] + (length,) + self.shape[dim + 1:])

    def clamp(self, min=float("-inf"), max=float("inf")):
        return self._each(lambda value: min if value < min else max if value > max else value)

    def mean(self):
        return Tensor([sum(self._values) / len(self._values)], ())

    def std(self):
        middle = sum(self._values) / len(self._values)
        spread = sum((value - middle) ** 2 for value in self._values)
        return Tensor([(spread / max(len(self._values) - 1, 1)) ** 0.5], ())

    def sum(self):
        return Tensor([sum(self._values)], ())

    def min(self):
        return Tensor([min(self._values)], ())

    def max(self):
        return Tensor([max(self._values)], ())

    def item(self):
        if len(self._values) != 1:
            raise RuntimeError("a Tensor with %d elements cannot be converted to Scalar" % len(self._values))
        return self._values[0]

    def tolist(self):
        return _nest(self._values, self.shape)

    def numpy(self):
        """Returns the same values as an array of the installed numpy."""
        import numpy

        return numpy.ndarray(self._values[:], self.shape, numpy.float32)

    def _each(self, change):
        return Tensor(array("f", map(change, self._values)), self.shape)

    def _pair(self, other, join):
        if not isinstance(other, Tensor):
            return self._each(lambda value: join(value, other))
        if other.shape != self.shape:
            raise RuntimeError(f"The size of tensor a {self.shape} must match the size of tensor b {other.shape}")
        return Tensor(array("f", map(join, self._values, other._values)), self.shape)

    def __add__(self, other):
        return self._pair(other, lambda a, b: a + b)

    __radd__ = __add__

    def __sub__(self, other):
        return self._pair(other, lambda a, b: a - b)

    def __rsub__(self, other):
        return self._each(lambda value: other - value)

    def __mul__(self, other):
        return self._pair(other, lambda a, b: a * b)

    __rmul__ = __mul__

    def __truediv__(self, other):
        return self._pair(other, lambda a, b: a / b)

    def __matmul__(self, other):
        return matmul(self, other)

    def __len__(self):
        return self.shape[0]

    def __iter__(self):
        return (self[i] for i in range(self.shape[0]))

    def __getitem__(self, at):
        """Returns row `at`, or the rows of a plain slice, of the first dimension."""
        step = _count(self.shape[1:])
        if isinstance(at, slice):
            start, stop, stride = at.indices(self.shape[0])
            if stride != 1:
                raise NotImplementedError("only slices without a step")
            return Tensor(self._values[start * step:stop * step], (max(stop - start, 0),) + self.shape[1:])
        if not -self.shape[0] <= at < self.shape[0]:
            raise IndexError(f"index {at} is out of bounds for dimension 0 with size {self.shape[0]}")
        at %= self.shape[0]
        return Tensor(self._values[at * step:(at + 1) * step], self.shape[1:])

    def __repr__(self):
        return f"tensor({self.tolist()})" if len(self._values) <= 16 else f"tensor(shape={self.shape})"


def tensor(nested, dtype=None, device=None):
    values, shape = _flatten(nested)
    return Tensor(values, shape)


def full(*shape, **options):
    if len(shape) == 2 and isinstance(shape[0], (tuple, list)):
        shape, value = shape
    else:
        value = options["fill_value"]
    shape = _sizes((shape,))
    return Tensor(array("f", [value]) * _count(shape), shape)


def zeros(*shape, **_options):
    return full(_sizes(shape), 0.0)


def ones(*shape, **_options):
    return full(_sizes(shape), 1.0)


def rand(*shape, **_options):
    shape = _sizes(shape)
    return Tensor(array("f", [_random.random() for _ in range(_count(shape))]), shape)


def manual_seed(seed):
    _random.seed(seed)


def from_numpy(values):
    return Tensor(array("f", values._values), values.shape)


def cat(tensors, dim=0):
    """Returns the tensors joined along `dim`; the other sizes must agree."""
    first = tensors[0]
    dim %= len(first.shape)
    for other in tensors:
        if other.shape[:dim] + other.shape[dim + 1:] != first.shape[:dim] + first.shape[dim + 1:]:
            raise RuntimeError(f"Sizes of tensors must match except in dimension {dim}")
    joined = array("f")
    for outer in range(_count(first.shape[:dim])):
        for part in tensors:
            step = _count(part.shape[dim:])
            joined.extend(part._values[outer * step:(outer + 1) * step])
    length = sum(part.shape[dim] for part in tensors)
    return Tensor(joined, first.shape[:dim] + (length,) + first.shape[dim + 1:])


def stack(tensors, dim=0):
    return cat([part.unsqueeze(dim) for part in tensors], dim)


def matmul(left, right):
    """Returns the product of two matrices."""
    rows, inner = left.shape
    if inner != right.shape[0]:
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({left.shape} and {right.shape})")
    columns = right.shape[1]
    product = array("f")
    for r in range(rows):
        row = left._values[r * inner:(r + 1) * inner]
        for c in range(columns):
            product.append(sum(a * b for a, b in zip(row, right._values[c::columns])))
    return Tensor(product, (rows, columns))


def equal(left, right):
    return left.shape == right.shape and left._values == right._values


def get_default_dtype():
    return float32


def _sizes(shape):
    return tuple(shape[0]) if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else tuple(shape)


def _count(shape):
    total = 1
    for length in shape:
        total *= length
    return total


def _strides(shape):
    strides = []
    step = 1
    for length in reversed(shape):
        strides.append(step)
        step *= length
    return tuple(reversed(strides))


def _gather(values, start, shape, steps, into):
    if len(shape) == 1:
        into.extend(values[start:start + (shape[0] - 1) * steps[0] + 1:steps[0]])
        return
    for i in range(shape[0]):
        _gather(values, start + i * steps[0], shape[1:], steps[1:], into)


def _nest(values, shape):
    if not shape:
        return values[0]
    if len(shape) == 1:
        return list(values)
    step = _count(shape[1:])
    return [_nest(values[i * step:(i + 1) * step], shape[1:]) for i in range(shape[0])]


def _flatten(nested):
    if not isinstance(nested, (list, tuple)):
        return [nested], ()
    parts = [_flatten(item) for item in nested]
    inner = parts[0][1] if parts else ()
    return [value for values, _ in parts for value in values], (len(nested),) + inner
