import { expect, it } from 'vitest';

import { explainView } from '../../../../src/app/views/policy-view.ts';
import { reviewChange } from '../../../../src/engine/changes/review.ts';
import { lineText } from '../../../../src/faces/cli/line.ts';
import { renderExplain } from '../../../../src/faces/cli/render/policy.ts';
import { approve, changeScene, gated, never } from '../changes/change-scene.ts';

const config = `principals:
  - { name: anna, os-users: [anna] }
  - { name: ben, os-users: [ben] }
policy:
  risk: [{ when: { package: numpy }, tier: high, why: every node runs on it }]
  review: [{ when: { tier: high }, persons: 2, ticket: true, window: true, trees: [ops-maint] }]
  freezes: [{ from: 2025-12-20, to: 2026-01-04, reason: holidays }]
`;

it('says which rule asks for what, where it stands, what is missing and who could give it', async () => {
  const scene = await changeScene({ config });
  await gated(scene);
  await reviewChange(scene.engine, 'c1', never);
  await approve(scene);
  const text = renderExplain(explainView(scene.engine, 'c1'))
    .map((line) => lineText(line, false))
    .join('\n')
    .replace(/policy [0-9a-f]{12}/, 'policy …')
    .replace(/#\d+/, '#…');
  expect(text).toMatchInlineSnapshot(`
    "c1 · upgrade numpy 2.0.0 → 2.1.0 · drafted policy …
    risk high
      medium the playbook upgrade-package says so playbooks/upgrade-package.yaml
      high   package numpy: every node runs on it orchestrate.yaml:13
    before it merges
      ✓ the approval of a person: agents are authors, a person approves built in
      · a look by the rules of ops-maint: risk high orchestrate.yaml:14
      ✗ the approvals of 2 persons: risk high; missing: 1 of 2 persons (ben) orchestrate.yaml:14
      ✗ a ticket: risk high; missing: a ticket (ben) orchestrate.yaml:14
      · a merge window: risk high orchestrate.yaml:14
    approved by
      person anna #…
    merges: not before it has 1 of 2 persons (ben); a ticket (ben); then: Nothing merges before Mon 2026-01-05 00:00 UTC: frozen (holidays), says orchestrate.yaml:15; the supervisor stays until then. Where another change merges first, it is proven and asked about again then (approval.carry: never).

    next: orchestrate runs show r1"
  `);
});
