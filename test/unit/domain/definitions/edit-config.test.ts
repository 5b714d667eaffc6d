import { expect, it } from 'vitest';

import { editConfigField } from '../../../../src/domain/definitions/edit-config.ts';

const edit = { section: 'python', field: 'program', value: 'python3.12' };

it('sets one field and keeps every comment and every other field', () => {
  const text =
    '# mine\nid: demo\n# index: an address\npython:\n  program: null # the best of the PATH\n  index: /wheels\npolicy: { min-age: 14d }\n';
  expect(editConfigField(text, edit)).toBe(text.replace('program: null', 'program: python3.12'));
});

it('adds a field, and a section, that is not there', () => {
  expect(editConfigField('id: demo\npython: { index: /wheels }\n', edit)).toBe(
    'id: demo\npython: { index: /wheels, program: python3.12 }\n',
  );
  expect(editConfigField('id: demo\n', edit)).toBe('id: demo\npython:\n  program: python3.12\n');
});
