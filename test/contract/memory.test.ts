import { createFakeClock } from '../fakes/fake-clock.ts';
import { createFakeMemory, FakeMemoryFolder } from '../fakes/fake-memory.ts';
import { describeMemory } from './memory.contract.ts';
import { makeMemoryPlace } from './support/memory-place.ts';

describeMemory('fake', async () => {
  const clock = createFakeClock();
  const folder = new FakeMemoryFolder(clock);
  return {
    clock,
    open: () => createFakeMemory({ clock, folder }),
    edit: (path, bytes) => folder.edit(path, bytes),
    read: (path) => {
      const file = folder.files.get(path);
      return file ? Buffer.from(file.bytes).toString('utf8') : undefined;
    },
    remove: async () => {},
  };
});

describeMemory('files', async () => makeMemoryPlace());
