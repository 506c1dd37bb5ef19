/**
 * The page of the bench of a draining queue: a kiosk's queue and its places in a real browser, with
 * the journals of the machine that serves the page. Node calls it through `globalThis.kiosk`.
 */
import { IdbKeeper } from '@kabina/booth/keeper-idb';
import { KioskStation } from '@kabina/booth/station';
import { bytesToHex, concatBytes, randomBytes, utf8ToBytes } from '@kabina/crypto/bytes';
import { verify } from '@kabina/crypto/ed25519';
import { encode } from '@kabina/election/cbor';
import { openMachine, type Machine } from '@kabina/kiosk-shell/common/machine';
import { Outbox } from '@kabina/outbox/outbox';
import { Sender, type Outcome } from '@kabina/outbox/sender';
import { setDigest } from '@kabina/outbox/witness';
import { percentile } from './statistics.ts';

const ELECTION = '0123456789abcdef'.repeat(4);
const JOURNAL = ELECTION.slice(0, 16);
/** So long a page that does nothing is watched, for comparison. */
const IDLE_MS = 2000;
/** Bytes of a card's record with three issuers and one contest. */
const PLACE_SIZE = 1944;
/** Places that are made in one change, as in one batch of a delivery. */
const BATCH = 250;

/** How a page answers meanwhile, in milliseconds. */
export interface Manners {
  /** Between one animation frame and the next; 16.7 when nothing is in the way. */
  readonly frameP99: number;
  readonly frameLongest: number;
  /** 0 when none took 50 ms: browsers report longer ones only. */
  readonly longestTask: number;
}

export interface Drained {
  readonly items: number;
  readonly ms: number;
  /** Of these the page waited for the receiver, or looked at its signature. */
  readonly sending: number;
  readonly idle: Manners;
  readonly draining: Manners;
}

async function machineHere(): Promise<Machine> {
  const machine = await openMachine();
  if (machine === undefined) throw new Error('the server is no machine');
  return machine;
}

let outbox: Outbox | undefined;

/** Milliseconds. */
async function openQueue(itemSize: number): Promise<number> {
  const journal = (await machineHere()).journal(`outbox-${JOURNAL}`);
  const started = performance.now();
  outbox = await Outbox.open({ database: 'bench-outbox', itemSize, journal });
  return performance.now() - started;
}

/** Puts as many items; milliseconds of each. */
async function put(count: number, itemSize: number): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < count; n++) {
    const item = randomItem(itemSize);
    const key = bytesToHex(randomBytes(16));
    const started = performance.now();
    await outbox!.put(key, item);
    times.push(performance.now() - started);
  }
  return times;
}

/** Random, as a ballot is to whoever doesn't count it: nothing on the way can compress it. */
function randomItem(size: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(size));
}

/** Sends all that waits to the receiver, whose answers are signed with `publicKey`, in hexadecimal. */
async function drain(receiver: string, publicKey: string): Promise<Drained> {
  const key = Uint8Array.from(publicKey.match(/../g)!, (byte) => Number.parseInt(byte, 16));
  const items = await outbox!.count();
  const before = await watched(() => new Promise((done) => setTimeout(done, IDLE_MS)));
  let sending = 0;
  const sender = new Sender(outbox!, {
    async send(bytes, signal) {
      const started = performance.now();
      const outcome = await send(`${receiver}/items`, key, bytes, signal);
      sending += performance.now() - started;
      return outcome;
    },
  });
  const after = await watched(async () => {
    sender.start();
    await sender.flush();
    await sender.stop();
  });
  const left = await outbox!.count();
  if (left > 0) throw new Error(`${left} items were not sent: ${sender.status.trouble?.code}`);
  return { items, ms: after.ms, sending, idle: before.manners, draining: after.manners };
}

async function send(
  url: string,
  key: Uint8Array,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<Outcome> {
  const body = bytes as Uint8Array<ArrayBuffer>;
  const answer = await fetch(url, { method: 'POST', body, signal });
  const signature = new Uint8Array(await answer.arrayBuffer());
  const hash = bytesToHex(new Uint8Array(await crypto.subtle.digest('SHA-256', body)));
  const good = verify(signature, utf8ToBytes(`taken ${hash}`), key);
  return good ? { is: 'taken' } : { is: 'later', code: 'network.garbage' };
}

async function watched(
  work: () => Promise<unknown>,
): Promise<{ readonly ms: number; readonly manners: Manners }> {
  const frames: number[] = [];
  let longestTask = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longestTask = Math.max(longestTask, duration);
  });
  observer.observe({ type: 'longtask' });
  let last: number | undefined;
  let request = requestAnimationFrame(function frame(now) {
    if (last !== undefined) frames.push(now - last);
    last = now;
    request = requestAnimationFrame(frame);
  });
  const started = performance.now();
  await work();
  const ms = performance.now() - started;
  cancelAnimationFrame(request);
  observer.disconnect();
  const [frameP99, frameLongest] = [percentile(frames, 0.99), percentile(frames, 1)];
  return { ms, manners: { frameP99, frameLongest, longestTask } };
}

/** Writes as many places of cards that wait for their voters, as a kiosk keeps them (`booth/src/station`). */
async function fillPlaces(count: number): Promise<void> {
  const keeper = new IdbKeeper('bench');
  const ids = Array.from({ length: count }, () => bytesToHex(randomBytes(32)));
  for (let made = 0; made < count; made += BATCH) {
    const batch = ids.slice(made, made + BATCH);
    await keeper.change(new Map(batch.map((id) => [`${ELECTION}/place/${id}`, readyPlace()])));
  }
  const journal = (await machineHere()).journal(`cards-${JOURNAL}`);
  await journal.prepare(setDigest(ids.map((id) => `${id} ready`)));
  await journal.commit();
}

function readyPlace(): Uint8Array {
  const plain = [[randomItem(384), randomItem(384)]];
  const secret = { seed: randomBytes(32), sealed: randomItem(500), plain };
  const kept = encode({ v: 1, style: '1', state: 'ready', cast: [], secret });
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, kept.length);
  return concatBytes(length, kept, new Uint8Array(PLACE_SIZE - kept.length));
}

/** Milliseconds until a kiosk with places, and without an election yet, has found them to be whole. */
async function openStation(): Promise<number> {
  const machine = await machineHere();
  const never = (): never => {
    throw new Error('without an election there is no need of it');
  };
  const started = performance.now();
  const station = await KioskStation.open({
    electionId: ELECTION,
    box: location.origin,
    issuers: [],
    machine,
    createWorker: never,
    // Plain Chromium doesn't promise to keep anything.
    storage: { keeper: new IdbKeeper('bench'), assure: () => Promise.resolve(), openOutbox: never },
  });
  const ms = performance.now() - started;
  const { phase, trouble } = station.status;
  await station.stop();
  if (phase !== 'setup') throw new Error(`the kiosk is ${phase}: ${trouble?.code}`);
  return ms;
}

const kiosk = { openQueue, put, drain, fillPlaces, openStation };
export type Kiosk = typeof kiosk;
Object.assign(globalThis, { kiosk });
