"""A demonstration stand-in that carries the name numpy. It is not NumPy.

It holds what the simulated ComfyUI needs to turn a picture into bytes: a flat
array with a shape, `clip`, `astype` and `tobytes`.
"""

from array import array as _array

__version__ = "@VERSION@"


class dtype:
    """A name and the code of Python's own `array` that stores it."""

    def __init__(self, name, code):
        self.name = name
        self.code = code

    def __repr__(self):
        return f"dtype('{self.name}')"


uint8 = dtype("uint8", "B")
float32 = dtype("float32", "f")
float64 = dtype("float64", "d")
int64 = dtype("int64", "q")


class ndarray:
    """Values in row-major order with their shape."""

    def __init__(self, values, shape, kind=float32):
        self.dtype = kind
        self.shape = tuple(shape)
        self._values = values if isinstance(values, _array) else _array(kind.code, values)
        if len(self._values) != prod(self.shape):
            raise ValueError(f"cannot reshape array of size {len(self._values)} into shape {self.shape}")

    @property
    def size(self):
        return len(self._values)

    @property
    def ndim(self):
        return len(self.shape)

    def astype(self, kind):
        """Returns a copy stored as `kind`; fractions are cut off for integers."""
        if kind.code in "Bq":
            return ndarray(_array(kind.code, map(int, self._values)), self.shape, kind)
        return ndarray(_array(kind.code, self._values), self.shape, kind)

    def reshape(self, *shape):
        shape = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
        return ndarray(self._values, shape, self.dtype)

    def tobytes(self):
        return self._values.tobytes()

    def tolist(self):
        return _nest(self._values, self.shape)

    def min(self):
        return min(self._values)

    def max(self):
        return max(self._values)

    def mean(self):
        return sum(self._values) / len(self._values)

    def std(self):
        middle = self.mean()
        return (sum((value - middle) ** 2 for value in self._values) / len(self._values)) ** 0.5

    def __len__(self):
        return self.shape[0]

    def __mul__(self, factor):
        return ndarray(_array(self.dtype.code, [value * factor for value in self._values]), self.shape, self.dtype)

    __rmul__ = __mul__

    def __repr__(self):
        return f"array(shape={self.shape}, dtype={self.dtype.name})"


def _nest(values, shape):
    if not shape:
        return values[0]
    if len(shape) == 1:
        return list(values)
    step = len(values) // shape[0] if shape[0] else 0
    return [_nest(values[i * step:(i + 1) * step], shape[1:]) for i in range(shape[0])]


def _flatten(nested):
    if not isinstance(nested, (list, tuple)):
        return [nested], ()
    parts = [_flatten(item) for item in nested]
    inner = parts[0][1] if parts else ()
    if any(shape != inner for _, shape in parts):
        raise ValueError("setting an array element with a sequence: the rows differ in length")
    return [value for values, _ in parts for value in values], (len(nested),) + inner


def array(nested, dtype=float64):
    """Returns an array from nested lists or another array."""
    if isinstance(nested, ndarray):
        return nested.astype(nested.dtype)
    values, shape = _flatten(nested)
    return ndarray(values, shape, dtype)


asarray = array


def full(shape, value, dtype=float64):
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    return ndarray(_array(dtype.code, [value]) * prod(shape), shape, dtype)


def zeros(shape, dtype=float64):
    return full(shape, 0, dtype)


def ones(shape, dtype=float64):
    return full(shape, 1, dtype)


def prod(shape):
    """Returns the product of whole numbers; 1 for none."""
    total = 1
    for length in shape:
        total *= length
    return total


def clip(values, low, high):
    """Returns a copy with every value moved into low..high; a NaN becomes low."""
    kept = [low if not value >= low else high if value > high else value for value in values._values]
    return ndarray(_array(values.dtype.code, kept), values.shape, values.dtype)
