import { fileToolsOf, type FileTool } from '../../../domain/specialists/tool-names.ts';
import type { SpecialistTool } from '../tool.ts';
import { actionTools } from './action-tools.ts';
import { busTools } from './bus.ts';
import { editFile } from './edit-file.ts';
import { finish } from './finish.ts';
import { listFiles } from './list-files.ts';
import { memoryTools } from './memory.ts';
import { readFile } from './read-file.ts';
import type { ToolScene } from './scene.ts';
import { search } from './search.ts';
import { shell } from './shell.ts';
import { writeFile } from './write-file.ts';

const makers: Readonly<Record<FileTool, (scene: ToolScene) => SpecialistTool>> = {
  read_file: readFile,
  list_files: listFiles,
  search,
  write_file: writeFile,
  edit_file: editFile,
  shell,
};

/**
 * Returns what an agent that thinks can do: what its file names, memory, the bus, and `finish`; the order is always the same. Our own loop
 * and programs that ask over a socket are given these and no others.
 */
export const toolsOf = (scene: ToolScene): readonly SpecialistTool[] => [
  ...fileToolsOf(scene.agent.otherTools).map((name) => makers[name](scene)),
  ...actionTools(scene),
  ...memoryTools(scene),
  ...busTools(scene),
  finish(),
];
