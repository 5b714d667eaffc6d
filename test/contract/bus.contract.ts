import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Address } from '../../src/domain/bus/address.ts';
import type { BusLimits } from '../../src/domain/bus/limits.ts';
import type { Delivery, NewMessage } from '../../src/domain/bus/message.ts';
import type { Bus, Ledger } from '../../src/ports/index.ts';
import type { FakeClock } from '../fakes/fake-clock.ts';

/** A process that has the ledger and its bus open. */
export interface BusProcess {
  readonly ledger: Ledger;
  readonly bus: Bus;
}

/** A place for one bus, which several processes may open. */
export interface BusPlace {
  readonly clock: FakeClock;
  /** `given`: other limits than `limits`. */
  open(given?: Partial<BusLimits>): Promise<BusProcess>;
  /** The machine was switched off and on: `monotonicMs` may be anything, the wall clock is what it is. */
  restartMachine(): void;
  remove(): Promise<void>;
}

export const limits: BusLimits = { mailbox: 20, attempts: 3 };

const anna: Address = 'person:anna';
const ben: Address = 'person:ben';
const setup: Address = 'tree:env-setup';
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Returns a note of anna's to the tree `env-setup`, and what is given. */
export function note(given: Partial<NewMessage> = {}): NewMessage {
  return {
    ...{ from: anna, to: setup, kind: 'note', subject: 'numpy 2.4 is out', body: { version: '2.4' } },
    ...{ dedup: null, expiresAtMs: null, inReplyTo: null, run: null },
    ...given,
  };
}

const ids = (deliveries: readonly Delivery[]): readonly number[] => deliveries.map(({ message }) => message.id);

/** What every bus does. */
export function describeBus(name: string, make: () => Promise<BusPlace>): void {
  describe(`a bus ${name}`, () => {
    let place: BusPlace;
    let mine: BusProcess;
    let other: BusProcess;
    let bus: Bus;
    beforeEach(async () => {
      place = await make();
      mine = await place.open();
      other = await place.open();
      ({ bus } = mine);
    });
    afterEach(async () => {
      await mine.ledger.close();
      await other.ledger.close();
      await place.remove();
    });

    const take = (holder = 'h1', limit = 10, leaseMs = hourMs): Promise<readonly Delivery[]> =>
      bus.take(setup, { holder, leaseMs, limit });
    const send = async (given: Partial<NewMessage> = {}, to: readonly Address[] = [setup]): Promise<number> =>
      (await bus.send(note(given), to)).id;
    const stateOf = (id: number, mailbox = setup): string | undefined =>
      bus.deliveriesOf(id).find((one) => one.mailbox === mailbox)?.state;

    describe('sending', () => {
      it('accepts a message, and another process has it whole', async () => {
        const message = note({ body: { a: [1, null, { b: 'ü' }] }, run: 'r1', dedup: 'k' });
        expect(await bus.send(message, [setup])).toEqual({ kind: 'accepted', id: 1, mailboxes: [setup] });
        const found = other.bus.find(1);
        expect(found).toEqual({ ...message, id: 1, atMs: place.clock.nowMs(), senderSeq: 1 });
        expect(other.bus.findSent(anna, 'k')).toEqual(found);
        expect(other.bus.find(2)).toBeUndefined();
      });

      it('numbers the messages of each sender', async () => {
        for (const from of [anna, ben, anna, anna] as const) await send({ from });
        expect([1, 2, 3, 4].map((id) => bus.find(id)?.senderSeq)).toEqual([1, 1, 2, 3]);
      });

      it('accepts a key of a sender once', async () => {
        await send({ dedup: 'once' });
        expect(await other.bus.send(note({ dedup: 'once', subject: 'again' }), [setup])).toEqual({
          ...{ kind: 'duplicate', id: 1 },
        });
        expect(await bus.send(note({ from: ben, dedup: 'once' }), [setup])).toMatchObject({ kind: 'accepted' });
        expect(ids(bus.deliveries({ mailbox: setup }))).toEqual([1, 2]);
        expect(bus.find(1)?.subject).toBe('numpy 2.4 is out');
      });

      it('puts a message into each mailbox once', async () => {
        const id = await send({ to: 'topic:news' }, [setup, 'tree:ops-maint', setup]);
        expect(bus.deliveriesOf(id).map(({ mailbox, state }) => `${mailbox} ${state}`)).toEqual([
          'tree:env-setup waiting',
          'tree:ops-maint waiting',
        ]);
        expect(bus.sentTo()).toEqual([{ to: 'topic:news', n: 1 }]);
      });

      it('keeps what nobody has a mailbox for, and shows why', async () => {
        expect(await bus.send(note({ to: 'topic:unheard' }), [])).toEqual({ kind: 'undeliverable', id: 1 });
        expect(bus.deliveries({ states: ['undeliverable'] })[0]).toMatchObject({
          mailbox: 'topic:unheard',
          reason: 'no tree listens to unheard, and no playbook starts on it',
        });
      });

      it('refuses one more than a mailbox may hold, and takes it when there is room', async () => {
        for (let n = 0; n < limits.mailbox; n += 1) await send();
        await expect(send({ to: 'topic:news' }, ['tree:ops-maint', setup])).rejects.toMatchObject({
          code: 'BUS_MAILBOX_FULL',
          state: 'Nothing was sent.',
        });
        expect(bus.deliveries({ mailbox: 'tree:ops-maint' })).toEqual([]);
        expect(await bus.send(note(), ['tree:ops-maint'])).toMatchObject({ kind: 'accepted', id: limits.mailbox + 1 });
        const [first] = await take();
        expect(await bus.ack({ id: first?.message.id ?? 0, mailbox: setup, holder: 'h1' })).toBe('acked');
        expect(await bus.send(note(), [setup])).toMatchObject({ kind: 'accepted' });
      });

      it.each([
        ['a subject of two lines', { subject: 'a\nb' }],
        ['no subject', { subject: ' ' }],
        ['a recipient that only sends', { to: 'supervisor:' }],
        ['half of a character', { body: { a: 'x\ud800' } }],
        ['a field that is no data', { body: JSON.parse('{"a":{"__proto__":{"isAdmin":true}}}') as object }],
        ['a body that is too large', { body: { a: 'x'.repeat(65_536) } }],
        ['a body that is too deep', { body: JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`) as object }],
        ['a body of too many values', { body: { a: Array.from({ length: 20_000 }, () => 0) } }],
        ['a number that is none', { body: { a: Number.NaN } }],
      ])('refuses %s', async (_, given) => {
        await expect(send(given as Partial<NewMessage>)).rejects.toMatchObject({
          code: 'BUS_MESSAGE_INVALID',
          state: 'Nothing was sent.',
        });
        expect(bus.newest(10)).toEqual([]);
      });
    });

    describe('taking', () => {
      it('hands out the oldest of each sender, the next when that is done', async () => {
        for (const from of [anna, anna, ben, ben] as const) await send({ from });
        expect(ids(await take())).toEqual([1, 3]);
        expect(ids(await other.bus.take(setup, { holder: 'h2', leaseMs: hourMs, limit: 9 }))).toEqual([]);
        expect(await bus.ack({ id: 1, mailbox: setup, holder: 'h1' })).toBe('acked');
        expect(ids(await take('h2'))).toEqual([2]);
        expect(ids(bus.deliveries({ mailbox: setup, states: ['taken'] }))).toEqual([2, 3]);
      });

      it('gives no more than is asked for', async () => {
        for (const from of [anna, ben, 'person:eve'] as const) await send({ from });
        expect(ids(await take('h1', 2))).toEqual([1, 2]);
        expect(await take('h1', 1)).toMatchObject([{ nAttempts: 1, holder: 'h1', state: 'taken' }]);
      });

      it('keeps mailboxes apart', async () => {
        await send({}, [setup, 'tree:ops-maint']);
        await take();
        expect(ids(await bus.take('tree:ops-maint', { holder: 'h2', leaseMs: 1, limit: 1 }))).toEqual([1]);
      });

      it('hands it out again when the lease is over, and knows the late holder', async () => {
        await send();
        await take('h1', 1, 1_000);
        await place.clock.advance(999);
        expect(await take('h2')).toEqual([]);
        await place.clock.advance(1);
        expect(await take('h2')).toMatchObject([{ nAttempts: 2, holder: 'h2' }]);
        expect(await bus.ack({ id: 1, mailbox: setup, holder: 'h1' })).toBe('late');
        expect(await bus.fail({ id: 1, mailbox: setup, holder: 'h1', reason: 'no' })).toBe('late');
        expect(await bus.ack({ id: 1, mailbox: setup, holder: 'h2' })).toBe('acked');
        expect(await bus.ack({ id: 1, mailbox: setup, holder: 'h2' })).toBe('late');
      });

      it('lets a slow holder be done with it while nobody else has it', async () => {
        await send();
        await take('h1', 1, 10);
        await place.clock.advance(dayMs);
        expect(await bus.ack({ id: 1, mailbox: setup, holder: 'h1' })).toBe('acked');
      });

      it('hands out the one that a person chose', async () => {
        await send();
        const id = await send();
        const options = { holder: 'person:anna', leaseMs: 1_000 };
        expect(await bus.takeOne({ id, mailbox: setup }, options)).toMatchObject({ message: { id } });
        expect(await bus.takeOne({ id, mailbox: setup }, { ...options, holder: 'h2' })).toBeUndefined();
        expect(await bus.takeOne({ id, mailbox: ben }, options)).toBeUndefined();
        expect(await bus.ack({ id, mailbox: setup, holder: 'person:anna' })).toBe('acked');
        expect(stateOf(1)).toBe('waiting');
      });
    });

    describe('what cannot be done', () => {
      it('waits again, then is dead with the last reason, and the next one comes (F25)', async () => {
        await send({ subject: 'poison' });
        const next = await send();
        for (const [n, end] of [
          [1, 'waiting'],
          [2, 'waiting'],
          [3, 'dead'],
        ] as const) {
          expect(await take()).toMatchObject([{ message: { id: 1 }, nAttempts: n }]);
          expect(await bus.fail({ id: 1, mailbox: setup, holder: 'h1', reason: `try ${n}` })).toBe(end);
        }
        expect(ids(await take())).toEqual([next]);
        expect(bus.deliveries({ states: ['dead'] })).toMatchObject([{ reason: 'try 3', nAttempts: 3, holder: null }]);
        expect(ids(bus.untold())).toEqual([1]);
      });

      it('is dead as well when it kills whoever takes it (F25)', async () => {
        await send({ subject: 'poison' });
        const next = await send();
        for (let n = 1; n <= limits.attempts; n += 1) {
          expect(ids(await take(`h${n}`, 1, 1_000))).toEqual([1]);
          await place.clock.advance(1_000);
        }
        expect(ids(await take('h9'))).toEqual([next]);
        expect(bus.deliveriesOf(1)).toMatchObject([
          { state: 'dead', reason: 'given up after 3 tries: none of those who took it said how it went' },
        ]);
      });

      it('is handed out for ever where tries have no end, and the next one never comes (F25, the control)', async () => {
        const endless = await place.open({ attempts: 1_000_000 });
        await send({ subject: 'poison' });
        const next = await send();
        const takeOn = (holder: string) => endless.bus.take(setup, { holder, leaseMs: 1_000, limit: 10 });
        for (let n = 1; n <= 10 * limits.attempts; n += 1) {
          expect(await takeOn('h1')).toMatchObject([{ message: { id: 1 }, nAttempts: 2 * n - 1 }]);
          const failed = { id: 1, mailbox: setup, holder: 'h1', reason: 'poison' };
          expect(await endless.bus.fail(failed)).toBe('waiting');
          // The next taker dies of it.
          expect(ids(await takeOn('h2'))).toEqual([1]);
          await place.clock.advance(1_000);
        }
        expect(endless.bus.deliveriesOf(next)).toMatchObject([{ state: 'waiting', nAttempts: 0 }]);
        await endless.ledger.close();
      });

      it('is dead at once when another try is hopeless', async () => {
        await send();
        await take();
        expect(
          await bus.fail({ id: 1, mailbox: setup, holder: 'h1', reason: 'no playbook takes it', hopeless: true }),
        ).toBe('dead');
      });

      it('is put back by hand, with all its tries', async () => {
        await send();
        await take();
        await bus.fail({ id: 1, mailbox: setup, holder: 'h1', reason: 'no', hopeless: true });
        expect(await bus.requeue({ id: 1, mailbox: setup })).toBe(true);
        expect(await bus.requeue({ id: 1, mailbox: setup })).toBe(false);
        expect(bus.untold()).toEqual([]);
        expect(await take()).toMatchObject([{ nAttempts: 1, reason: null }]);
      });
    });

    describe('time', () => {
      const soon = (): number => place.clock.nowMs() + hourMs;
      const tidy = (route: (to: Address) => readonly Address[] = () => []): Promise<void> =>
        bus.tidy({ keepMs: 14 * dayMs, route });

      it('ends what is past its time, whether somebody takes or tidies', async () => {
        await send({ expiresAtMs: soon() });
        await send({ expiresAtMs: soon() }, ['tree:ops-maint']);
        const next = await send();
        await place.clock.advance(hourMs - 1);
        await tidy();
        expect(stateOf(1)).toBe('waiting');
        await place.clock.advance(1);
        expect(ids(await take())).toEqual([next]);
        expect(stateOf(1)).toBe('expired');
        expect(stateOf(2, 'tree:ops-maint')).toBe('waiting');
        await tidy();
        expect(ids(bus.untold())).toEqual([1, 2]);
        expect(bus.untold()[0]).toMatchObject({ reason: 'nobody had taken it when its time was over' });
      });

      it.each([
        ['forward', dayMs],
        ['back', -dayMs],
      ])('measures leases and expiry by no clock that jumps a day %s (F23)', async (_, jumpMs) => {
        await send({ expiresAtMs: soon() });
        await send({ from: ben });
        await bus.takeOne({ id: 2, mailbox: setup }, { holder: 'h1', leaseMs: hourMs });
        place.clock.setNowMs(place.clock.nowMs() + jumpMs);
        await tidy();
        expect(stateOf(1)).toBe('waiting');
        expect(ids(await take('h2'))).toEqual([1]);
        expect(await bus.fail({ id: 1, mailbox: setup, holder: 'h2', reason: 'not now' })).toBe('waiting');
        await place.clock.advance(hourMs);
        expect(ids(await take('h3'))).toEqual([2]);
        expect(stateOf(1)).toBe('expired');
      });

      it('takes the wall clock’s word after the machine was off', async () => {
        await send({ expiresAtMs: soon() });
        await send({ from: ben, expiresAtMs: place.clock.nowMs() + 3 * dayMs });
        await send({ from: 'person:eve' });
        await bus.takeOne({ id: 3, mailbox: setup }, { holder: 'h1', leaseMs: 30 * dayMs });
        place.restartMachine();
        place.clock.setNowMs(place.clock.nowMs() + 2 * dayMs);
        await tidy();
        expect(stateOf(1)).toBe('expired');
        expect(ids(await take('h2'))).toEqual([2, 3]);
      });

      it('lets a message be with its holder past its time', async () => {
        await send({ expiresAtMs: soon() });
        await take('h1', 1, dayMs);
        await place.clock.advance(2 * hourMs);
        await tidy();
        expect(stateOf(1)).toBe('taken');
        expect(await bus.ack({ id: 1, mailbox: setup, holder: 'h1' })).toBe('acked');
      });

      it('delivers what was undeliverable once somebody has the mailbox', async () => {
        await send({ to: 'topic:news' }, []);
        await tidy();
        expect(stateOf(1, 'topic:news')).toBe('undeliverable');
        await tidy((to) => (to === 'topic:news' ? [setup] : []));
        expect(bus.deliveriesOf(1)).toMatchObject([{ mailbox: setup, state: 'waiting', reason: null }]);
        expect(ids(await take())).toEqual([1]);
      });

      it('gives what was undeliverable before what the same sender says next', async () => {
        const said = { to: 'topic:news' } as const;
        await send(said, []);
        await send({ ...said, from: ben }, []);
        await send(said);
        expect(ids(await take())).toEqual([1]);
        await bus.ack({ id: 1, mailbox: setup, holder: 'h1' });
        expect(ids(await take())).toEqual([3]);
        expect(stateOf(2, 'topic:news')).toBe('undeliverable');
      });

      it('refuses the next one while there is no room for what was undeliverable before it', async () => {
        await send({ to: 'topic:news' }, []);
        for (let n = 0; n < limits.mailbox; n += 1) await send();
        await expect(send({ to: 'topic:news' })).rejects.toMatchObject({ code: 'BUS_MAILBOX_FULL' });
        expect(stateOf(1, 'topic:news')).toBe('undeliverable');
      });

      it('lets what was undeliverable wait while the mailbox is full', async () => {
        await send({ to: 'topic:news' }, []);
        for (let n = 0; n < limits.mailbox; n += 1) await send();
        await tidy(() => [setup]);
        expect(stateOf(1, 'topic:news')).toBe('undeliverable');
      });

      it('forgets what is done after a while, and nothing that waits or that nobody was told of', async () => {
        for (const from of [anna, ben, 'person:eve'] as const) await send({ from });
        await take('h1', 2);
        await bus.ack({ id: 1, mailbox: setup, holder: 'h1' });
        await bus.fail({ id: 2, mailbox: setup, holder: 'h1', reason: 'no', hopeless: true });
        await place.clock.advance(14 * dayMs - 1);
        await tidy();
        expect(bus.find(1)).toBeDefined();
        await place.clock.advance(1);
        await tidy();
        expect([1, 2, 3].map((id) => bus.find(id)?.id)).toEqual([undefined, 2, 3]);
        await mine.ledger.acquire();
        await mine.ledger.append([], [], { told: [{ id: 2, mailbox: setup }] });
        await tidy();
        expect([2, 3].map((id) => bus.find(id)?.id)).toEqual([undefined, 3]);
        expect(await send()).toBe(4);
      });
    });

    it('forgets nothing early because somebody set the clock on', async () => {
      const tidy = () => bus.tidy({ keepMs: 14 * dayMs, route: () => [] });
      await send();
      await take('h1', 1);
      await bus.ack({ id: 1, mailbox: setup, holder: 'h1' });
      place.clock.setNowMs(place.clock.nowMs() + 30 * dayMs);
      await tidy();
      expect(bus.find(1)?.id).toBe(1);
      await place.clock.advance(14 * dayMs);
      await tidy();
      expect(bus.find(1)).toBeUndefined();
    });

    describe('with rows of the journal', () => {
      beforeEach(async () => {
        await mine.ledger.acquire();
      });
      const counted = { kind: 'counted', data: { n: 1 } };

      it('sends in the commit that says why, and tells it', async () => {
        const rows = await mine.ledger.append([counted], [], {
          sends: [{ message: note({ run: 'r7', from: 'agent:validation-engineer' }), mailboxes: [setup] }],
        });
        expect(rows.map(({ kind, run }) => [kind, run])).toEqual([
          ['counted', null],
          ['bus.sent', 'r7'],
        ]);
        expect(rows[1]?.data).toMatchObject({ id: 1, from: 'agent:validation-engineer', mailboxes: [setup] });
        expect(mine.ledger.latest('message:1')?.seq).toBe(2);
        expect(ids(other.bus.deliveries({ mailbox: setup }))).toEqual([1]);
        expect(mine.ledger.verify()).toMatchObject({ kind: 'holds', nEntries: 2 });
      });

      it('sends nothing twice with one key, and has the effect all the same', async () => {
        const sends = [{ message: note({ dedup: 'k' }), mailboxes: [setup] }];
        await mine.ledger.append([counted], [], { sends });
        expect((await mine.ledger.append([counted], [], { sends })).map(({ kind }) => kind)).toEqual(['counted']);
        expect(bus.newest(10)).toHaveLength(1);
      });

      it('has an effect once: the ack is in its commit (F24)', async () => {
        await send();
        await take('h1', 1, 10);
        await place.clock.advance(10);
        await other.bus.take(setup, { holder: 'h2', leaseMs: hourMs, limit: 1 });
        const ackBy = (holder: string) => ({ acks: [{ id: 1, mailbox: setup, holder, run: 'r1' }] });
        await expect(mine.ledger.append([counted], [], ackBy('h1'))).rejects.toMatchObject({
          code: 'BUS_DELIVERY_LATE',
          state: 'Nothing of this call was written.',
        });
        expect(mine.ledger.head().seq).toBe(0);
        const rows = await mine.ledger.append([counted], [], ackBy('h2'));
        expect(rows.map(({ kind }) => kind)).toEqual(['counted', 'bus.acked']);
        await expect(mine.ledger.append([counted], [], ackBy('h2'))).rejects.toMatchObject({
          code: 'BUS_DELIVERY_LATE',
        });
        expect(mine.ledger.read({ kinds: ['counted'] })).toHaveLength(1);
      });

      it('writes nothing at all when a mailbox is full or a message is not well-formed', async () => {
        for (let n = 0; n < limits.mailbox; n += 1) await send();
        const sends = [
          { message: note(), mailboxes: ['tree:ops-maint' as const] },
          { message: note(), mailboxes: [setup] },
        ];
        await expect(mine.ledger.append([counted], [], { sends })).rejects.toMatchObject({ code: 'BUS_MAILBOX_FULL' });
        const bad = [{ message: note({ subject: '' }), mailboxes: [setup] }];
        await expect(mine.ledger.append([counted], [], { sends: bad })).rejects.toMatchObject({
          code: 'BUS_MESSAGE_INVALID',
        });
        expect(mine.ledger.head().seq).toBe(0);
        expect(bus.deliveries({ mailbox: 'tree:ops-maint' })).toEqual([]);
      });

      it('tells once what was not delivered', async () => {
        await send({ to: 'topic:unheard', run: 'r1' }, []);
        const told = bus.untold().map(({ message, mailbox }) => ({ id: message.id, mailbox }));
        expect(told).toEqual([{ id: 1, mailbox: 'topic:unheard' }]);
        const rows = await mine.ledger.append([], [], { told });
        expect(rows).toMatchObject([{ kind: 'bus.undelivered', run: 'r1', data: { state: 'undeliverable' } }]);
        expect(bus.untold()).toEqual([]);
        expect(await mine.ledger.append([], [], { told })).toEqual([]);
        expect(mine.ledger.latest('message:1:topic:unheard')?.data).toMatchObject({ from: anna });
      });
    });

    describe('who may say what (A36)', () => {
      const forged: readonly (readonly [string, Partial<NewMessage>, string])[] = [
        ['the sender supervisor', { from: 'supervisor:' }, 'BUS_SENDER_FORGED'],
        ['a sender in the body', { body: { from: 'supervisor:' } }, 'BUS_SENDER_FORGED'],
        ['a sender in the body, written otherwise', { body: { sender: ' Ｓupervisor ' } }, 'BUS_SENDER_FORGED'],
        ['another person in the body', { body: { from: 'person:ben' } }, 'BUS_SENDER_FORGED'],
        ['the type approval', { body: { type: 'approval', change: 'c1' } }, 'BUS_TYPE_RESERVED'],
        ['the type policy', { body: { type: 'Policy.changed' } }, 'BUS_TYPE_RESERVED'],
        ['the topic merge', { to: 'topic:merge' }, 'BUS_TYPE_RESERVED'],
      ];
      it.each(forged)('refuses %s, and keeps the refusal until it is told', async (_, given, code) => {
        await expect(send(given)).rejects.toMatchObject({ code });
        await expect(send(given)).rejects.toMatchObject({ code });
        expect(bus.newest(10)).toEqual([]);
        const refusals = other.bus.untoldRefusals();
        expect(refusals).toMatchObject([{ code, times: 2, from: given.from ?? anna }]);
        await mine.ledger.acquire();
        const rows = await mine.ledger.append([], [], { toldRefusals: refusals.map(({ id }) => id) });
        expect(rows).toMatchObject([{ kind: 'bus.refused', data: { code, times: 2 } }]);
        expect(bus.untoldRefusals()).toEqual([]);
        await expect(other.bus.send(note(given), [setup])).rejects.toMatchObject({ code });
        expect(bus.untoldRefusals()).toMatchObject([{ times: 1 }]);
      });

      it('lets the supervisor’s own process say it', async () => {
        await mine.ledger.acquire();
        const said = { from: 'supervisor:', body: { type: 'merge', change: 'c1' } } as const;
        expect(await bus.send(note(said), [setup])).toMatchObject({ kind: 'accepted' });
      });

      it('lets a body name its own sender, and addresses that it talks about', async () => {
        await send({ body: { from: anna, about: 'person:ben', type: 'note' } });
        expect(bus.untoldRefusals()).toEqual([]);
      });
    });

    describe('looking', () => {
      it('pages by mailbox, state and run', async () => {
        for (let n = 0; n < 6; n += 1)
          await send({ from: n % 2 === 0 ? anna : ben, run: n < 3 ? 'r1' : 'r2' }, [n < 4 ? setup : 'tree:ops-maint']);
        await take('h1', 1);
        await bus.ack({ id: 1, mailbox: setup, holder: 'h1' });
        expect(ids(bus.deliveries({}))).toEqual([1, 2, 3, 4, 5, 6]);
        expect(ids(bus.deliveries({ afterId: 2, limit: 2 }))).toEqual([3, 4]);
        expect(ids(bus.deliveries({ mailbox: setup, states: ['waiting', 'acked'], limit: 3 }))).toEqual([1, 2, 3]);
        expect(ids(bus.deliveries({ states: ['waiting'], afterId: 3 }))).toEqual([4, 5, 6]);
        expect(ids(bus.deliveries({ run: 'r2', mailbox: setup }))).toEqual([4]);
        expect(ids(bus.deliveries({ run: 'r1', states: ['waiting'] }))).toEqual([2, 3]);
        expect(() => bus.deliveries({ limit: 1_001 })).toThrow(RangeError);
        expect(bus.newest(2).map(({ id }) => id)).toEqual([5, 6]);
      });

      it('finds what is of a kind, and what somebody has', async () => {
        for (const kind of ['note', 'ask', 'note'] as const) await send({ kind, from: `person:${kind}`, run: 'r2' });
        expect(ids(bus.deliveries({ mailbox: setup, states: ['waiting', 'taken'], kind: 'ask' }))).toEqual([2]);
        expect(ids(bus.deliveries({ run: 'r2', kind: 'note', afterId: 1 }))).toEqual([3]);
        await take('h1', 1);
        await take('h2', 1);
        expect(ids(bus.deliveries({ mailbox: setup, holder: 'h2' }))).toEqual([2]);
        expect(ids(bus.deliveries({ states: ['taken', 'acked'], holder: 'h1', kind: 'ask' }))).toEqual([]);
        await bus.ack({ id: 2, mailbox: setup, holder: 'h2' });
        expect(bus.deliveries({ mailbox: setup, holder: 'h2' })).toEqual([]);
      });

      it('counts', async () => {
        await send({ from: anna });
        await send({ from: ben });
        await send({ to: 'topic:unheard' }, []);
        await take('h1', 1);
        expect(bus.counts()).toEqual([
          { mailbox: 'topic:unheard', state: 'undeliverable', n: 1 },
          { mailbox: setup, state: 'taken', n: 1 },
          { mailbox: setup, state: 'waiting', n: 1 },
        ]);
        await bus.ack({ id: 1, mailbox: setup, holder: 'h1' });
        expect(bus.counts()).toContainEqual({ mailbox: setup, state: 'acked', n: 1 });
        expect(bus.sentTo()).toEqual([
          { to: 'topic:unheard', n: 1 },
          { to: setup, n: 2 },
        ]);
      });

      it('finds the answers to a question', async () => {
        const ask = await send({ kind: 'ask' });
        await send({ from: ben, to: anna, inReplyTo: ask }, [anna]);
        await send({ from: ben, to: anna, kind: 'answer', inReplyTo: ask, subject: 'yes' }, [anna]);
        expect(other.bus.answersTo(ask).map(({ subject }) => subject)).toEqual(['yes']);
        expect(bus.answersTo(99)).toEqual([]);
      });

      it('yields what is there and what comes, each once and in order, until the signal', async () => {
        await send();
        await send();
        const stop = new AbortController();
        const seen: number[] = [];
        const reading = (async () => {
          for await (const { id } of other.bus.tail({ afterId: 1, signal: stop.signal })) {
            seen.push(id);
            if (seen.length === 4) stop.abort();
          }
        })();
        await send();
        await Promise.all([send({ from: ben }), send({ from: 'person:eve' })]);
        await reading;
        expect(seen).toEqual([2, 3, 4, 5]);
      });
    });
  });
}
