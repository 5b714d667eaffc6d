/** A graph in the form of the API. */
export type Graph = Readonly<
  Record<string, { readonly class_type: string; readonly inputs: Readonly<Record<string, unknown>> }>
>;

/** A picture as a person makes one: in a way that the small workflow of the installation does not try. */
export const pictureGraph = (prefix: string): Graph => ({
  '1': { class_type: 'EmptyImage', inputs: { width: 96, height: 96, batch_size: 1, color: 255 } },
  '2': {
    class_type: 'ImageScale',
    inputs: { image: ['1', 0], upscale_method: 'bicubic', width: 97, height: 96, crop: 'disabled' },
  },
  '3': {
    class_type: 'ImagePadForOutpaint',
    inputs: { image: ['2', 0], left: 8, top: 0, right: 0, bottom: 0, feathering: 0 },
  },
  '4': { class_type: 'SaveImage', inputs: { filename_prefix: prefix, images: ['3', 0] } },
});

/** The same, through the node of the demonstration's pack. */
export const packGraph = (prefix: string): Graph => ({
  ...pictureGraph(prefix),
  '4': { class_type: 'SaveImage', inputs: { filename_prefix: prefix, images: ['5', 0] } },
  '5': { class_type: 'DemoVignette', inputs: { image: ['3', 0], strength: 0.5 } },
});

/** A prompt of which nothing can be run without a model: of one with another output the server would run that. */
export const modelGraph = (): Graph => ({
  '1': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: MODEL } },
  '2': { class_type: 'PreviewAny', inputs: { source: ['1', 0] } },
});

/** The model of the drill, below `models/checkpoints`. */
export const MODEL = 'drill.safetensors';
