/**
 * What of ComfyUI's folder is the person's or is made at run time: never part of its component. A single file among the
 * packs is: ComfyUI loads it, and it has no folder that could be a component of its own. Where models live is home's to
 * say: a file of model paths beside main.py would be read besides home's.
 */
const personal =
  /^(models|input|output|temp|user|venv|\.venv|\.git)(\/|$)|^custom_nodes\/(?=[^/])(?![^/]+\.py\/?$)|^extra_model_paths\.yaml$|(^|\/)__pycache__(\/|$)|\.pyc$/;
const madeInPack = /(^|\/)(__pycache__|\.git|\.venv|venv)(\/|$)|\.pyc$/;

/** Whether a path of a component's folder or repository stays out of its tree; `componentPath` is `.` for ComfyUI itself. */
export const isOutsideComponent = (componentPath: string, path: string): boolean =>
  (componentPath === '.' ? personal : madeInPack).test(path);

/** The ref that says of a component's tree that it was adopted, or approved with a plan: nothing else is ever started. */
export const takenRef = (tree: string): string => `refs/orchestrate/components/${tree}`;
