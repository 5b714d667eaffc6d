/**
 * Where SwarmUI keeps each kind of model below a model root. Facts from its `ComfyUIBackend` extension; as it writes
 * them itself into `Data/comfy-auto-model.yaml`, this serves only where it has not run yet.
 */
const folders: Readonly<Record<string, readonly string[]>> = {
  checkpoints: ['Stable-Diffusion'],
  vae: ['VAE', 'vae'],
  loras: ['Lora', 'LyCORIS', 'loras'],
  upscale_models: ['upscale_models', 'ESRGAN', 'RealESRGAN', 'SwinIR', 'upscale-models'],
  embeddings: ['Embeddings', 'embeddings'],
  controlnet: ['controlnet', 'ControlNet'],
  clip: ['clip', 'CLIP', 'text_encoders'],
  clip_vision: ['clip_vision'],
  diffusion_models: ['diffusion_models', 'unet'],
};

/** Returns the model roots that `Data/Settings.fds` names, absolute; SwarmUI's own `Models` where it names none. */
export function swarmModelRoots(root: string, settings: string | undefined): readonly string[] {
  const named = /^\s*ModelRoot:\s*(.+?)\s*$/m.exec(settings ?? '')?.[1] ?? 'Models';
  return named
    .split(';')
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map((one) => (one.startsWith('/') ? one : `${root}/${one}`));
}

/** Returns a model paths file with one section per root. None is the default: downloads must not land in SwarmUI's tree by themselves. */
export function swarmModelPaths(roots: readonly string[]): string {
  const lines = roots.flatMap((root, at) => [
    `swarmui${at === 0 ? '' : at + 1}:`,
    `  base_path: ${JSON.stringify(root)}`,
    ...Object.entries(folders).flatMap(([kind, names]) => [`  ${kind}: |`, ...names.map((name) => `    ${name}`)]),
  ]);
  return `${lines.join('\n')}\n`;
}
