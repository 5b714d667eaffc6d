"""One operator, the one people call to see whether the build fits."""

import torch


def nms(boxes, scores, iou_threshold):
    """Returns the indices of the boxes (x1, y1, x2, y2) kept, best score first."""
    corners = boxes.tolist()
    waiting = sorted(range(len(corners)), key=lambda i: -scores.tolist()[i])
    kept = []
    for i in waiting:
        if all(_overlap(corners[i], corners[j]) <= iou_threshold for j in kept):
            kept.append(i)
    return torch.tensor(kept)


def _overlap(a, b):
    wide = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    high = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    both = wide * high
    total = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both
    return both / total if total else 0.0
