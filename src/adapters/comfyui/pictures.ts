import { Fault } from '../../base/fault.ts';
import type { Files, Pictures } from '../../ports/index.ts';
import { pngTexts } from './png-texts.ts';

/** Larger pictures are not read. */
const maxPictureBytes = 64 * 1024 * 1024;

/** Creates the reader of what pictures carry. */
export function createPictures(files: Files): Pictures {
  return {
    async texts(path) {
      const state = 'Nothing was changed.';
      const info = await files.info((await files.realPath(path)) ?? path);
      if (info?.kind !== 'file') throw new Fault('FILE_ACCESS', `${path} is no file that can be read.`, { state });
      if (info.sizeBytes > maxPictureBytes)
        throw new Fault('DEFINITION_INVALID', `${path} has ${info.sizeBytes} bytes: too large to be looked into.`, {
          state,
        });
      try {
        return pngTexts((await files.readBytes(path)) ?? new Uint8Array());
      } catch (error) {
        if (error instanceof Fault) throw error;
        throw new Fault('DEFINITION_INVALID', `${path} ${(error as Error).message}.`, { state, cause: error });
      }
    },
  };
}
