"""Nodes of {{name}}. A picture is a torch tensor of [batch, height, width, channel], float from 0 to 1."""


def invert(image):
    return 1.0 - image


def grey(image):
    weights = image.new_tensor([0.2126, 0.7152, 0.0722])
    return (image[..., :3] * weights).sum(-1, keepdim=True).expand(*image.shape[:-1], 3)


def flip(image):
    return image.flip(2)


OPERATIONS = {"Invert": invert, "Grey": grey, "Flip": flip}


class {{node}}Picture:
    CATEGORY = "{{category}}"
    FUNCTION = "run"
    RETURN_TYPES = ("IMAGE",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",)}}

    def run(self, image):
        return (OPERATIONS["{{node}}"](image),)


# The key is what workflows name: it is kept for ever, or they no longer run.
NODE_CLASS_MAPPINGS = {"{{name}}.{{node}}Picture": {{node}}Picture}
NODE_DISPLAY_NAME_MAPPINGS = {"{{name}}.{{node}}Picture": "{{node}} picture"}
