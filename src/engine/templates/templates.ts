import type { TemplateId } from '../../domain/definitions/types.ts';
import { comfyui } from './comfyui/comfyui.ts';
import { service } from './service/service.ts';
import type { Template } from './template.ts';

/** The kinds of service that there are, by the id in `orchestrate.yaml`. */
export const templates: Readonly<Record<TemplateId, Template>> = { comfyui, service };
