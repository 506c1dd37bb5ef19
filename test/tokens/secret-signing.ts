/**
 * Run by `secrets.test.ts` as a process of its own: signs over one road (`usb`, `agent`, `pcsc`),
 * with a wrong PIN and then with the right one, and prints all that anybody is handed, thrown or
 * told, in every form in which a program prints things. The secrets themselves go to the parent
 * alone. With `plant` it also does what nobody may do: it hands on a command with the PIN in it, and the key.
 */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { inspect } from 'node:util';
import { createAuthority, issue } from '@kabina/cms/authority';
import { prepareSignature } from '@kabina/cms/signed-data';
import { bytesToHex, randomBytes, utf8ToBytes } from '@kabina/crypto/bytes';
import { serveBridge } from '@kabina/kiosk-shell/agent/bridge';
import { agentReaders } from '@kabina/tokens/agent-readers';
import { findCard } from '@kabina/tokens/find-card';
import { makePairingSecret } from '@kabina/tokens/pairing';
import { pcscReaders } from '@kabina/tokens/pcsc-readers';
import type { Result } from '@kabina/tokens/result';
import { CcidDevice } from '@kabina/tokens/testing/ccid-device';
import { openPgpCard } from '@kabina/tokens/testing/openpgp-card';
import { pivCard } from '@kabina/tokens/testing/piv-card';
import type { SimulatedCard } from '@kabina/tokens/testing/simulated-card';
import { simulatedKey } from '@kabina/tokens/testing/simulated-key';
import { SimulatedUsb } from '@kabina/tokens/testing/simulated-usb';
import { insertCard, type InsertedCard } from '@kabina/tokens/testing/vpcd';
import type { ReaderSource } from '@kabina/tokens/transport';
import { usbReaders } from '@kabina/tokens/usb-readers';
import { Pcscd } from './pcscd.ts';

interface Road {
  readonly source: ReaderSource;
  /** Puts this card into the first reader, in place of the one in it. */
  insert(card: SimulatedCard): Promise<void>;
  close(): Promise<void>;
}

const seen: string[] = [];

function keep(what: string, value: unknown): void {
  const whole = { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity } as const;
  const line = { breakLength: Infinity, compact: true, showHidden: true, getters: true } as const;
  seen.push(`${what}: ${inspect(value, { ...whole, ...line })}`);
  try {
    seen.push(`${what} as JSON: ${JSON.stringify(value)}`);
  } catch (error) {
    seen.push(`${what} is no JSON: ${(error as Error).message}`);
  }
  if (value instanceof Error) seen.push(String(value.stack), inspect(value.cause));
}

function keepEvents(): void {
  const dispatch = EventTarget.prototype.dispatchEvent;
  EventTarget.prototype.dispatchEvent = function (this: EventTarget, event) {
    keep(`event ${event.type}`, event);
    return dispatch.call(this, event);
  };
  process.on('warning', (warning) => keep('warning', warning));
}

function usbRoad(): Road {
  const bus = new SimulatedUsb();
  const device = new CcidDevice();
  bus.plug(device);
  const source = usbReaders(bus);
  return {
    source,
    insert: async (card) => {
      device.remove();
      device.insert(card);
      await source.open();
    },
    close: () => source.close(),
  };
}

/** The bridge of the kiosk's agent over a CCID reader, and a page's side of it. */
async function agentRoad(): Promise<Road> {
  const behind = usbRoad();
  const origin = 'http://127.0.0.1:8800';
  const PlainSocket = globalThis.WebSocket;
  // A browser names the page's origin by itself.
  globalThis.WebSocket = class extends PlainSocket {
    constructor(url: string) {
      super(url, { headers: { origin } } as never);
    }
  } as typeof WebSocket;
  const secret = makePairingSecret();
  const { source: inAgent } = behind;
  const bridge = await serveBridge({ port: 0, source: inAgent, secret, origins: [origin] });
  const source = agentReaders({ url: bridge.url, secret });
  return {
    source,
    insert: behind.insert,
    close: async () => {
      await source.close();
      await bridge.close();
      await behind.close();
    },
  };
}

async function pcscRoad(): Promise<Road> {
  const pcscd = await Pcscd.open();
  const source = pcscReaders();
  let inserted: InsertedCard | undefined;
  return {
    source,
    insert: async (card) => {
      inserted?.remove();
      inserted = await insertCard(card);
    },
    close: async () => {
      await source.close();
      inserted?.remove();
      await pcscd.close();
    },
  };
}

const ROADS: Readonly<Record<string, () => Road | Promise<Road>>> = {
  usb: usbRoad,
  agent: agentRoad,
  pcsc: pcscRoad,
};

function valueOf<T>(result: Result<T>): T {
  keep('result', result);
  if (!result.ok) throw new Error(result.problem.code);
  return result.value;
}

/** Seven digits: shorter than PIV's eight bytes, so that it is padded. */
const somePin = (): string => String(randomInt(1_000_000, 10_000_000));

async function signWith(road: Road, kind: 'piv' | 'openpgp', plant: boolean): Promise<void> {
  const [pin, wrong, scalar] = [somePin(), somePin(), randomBytes(32)];
  process.send!({ [`${kind} PIN`]: pin, [`${kind} wrong PIN`]: wrong });
  process.send!({ [`${kind} private key`]: bytesToHex(scalar) });
  const key = simulatedKey('ecdsa-p256', scalar);
  const period = {
    notBefore: new Date(Date.now() - 3.6e6),
    notAfter: new Date(Date.now() + 3.6e6),
  };
  const authority = createAuthority({ algorithm: 'ecdsa-p256', name: 'Authority', ...period });
  const { publicKey } = key;
  const of = { algorithm: 'ecdsa-p256', name: 'Иванова А. А.', publicKey } as const;
  const certificate = issue(authority, { ...of, ...period });
  await road.insert(
    kind === 'piv'
      ? pivCard({ signature: { key, certificate }, pin })
      : openPgpCard({ signature: key, certificate, pin }),
  );
  keep('source', road.source);
  valueOf(await road.source.open());
  while (!road.source.readers[0]?.present) await once(road.source, 'change');
  const transport = valueOf(await road.source.readers[0].connect());
  const card = valueOf(await findCard(transport));
  const { der } = valueOf(await card.certificate());
  const prepared = prepareSignature({ certificate: der, content: utf8ToBytes('протокол') });
  const secret = utf8ToBytes(wrong);
  const refused = await card.sign(prepared.input, secret);
  keep('refused', refused);
  if (refused.ok || refused.problem.code !== 'card.pin-wrong') throw new Error('not refused');
  keep('malformed', await card.sign(prepared.input, utf8ToBytes(pin.slice(0, 5))));
  secret.set(utf8ToBytes(pin));
  const signature = valueOf(await card.sign(prepared.input, secret));
  secret.fill(0);
  keep('CMS', prepared.finish(signature));
  if (plant) {
    keep('planted', { command: utf8ToBytes(`\0\x20\0\x80\x07${pin}`) });
    keep('planted', new Error('no signature', { cause: scalar }));
  }
  for (const [what, value] of Object.entries({ transport, card, prepared })) keep(what, value);
  await transport.close();
  keep('after', { over: await transport.ended, ...road.source });
  const late = await card.sign(prepared.input, utf8ToBytes(pin));
  keep('late', late);
}

const [, , name = '', plant] = process.argv;
keepEvents();
const road = await ROADS[name]!();
try {
  await signWith(road, 'piv', plant === 'plant');
  await signWith(road, 'openpgp', false);
} catch (error) {
  keep('thrown', error);
  process.exitCode = 1;
} finally {
  await road.close();
}
keep('report', process.report.getReport());
console.log(seen.join('\n'));
process.disconnect();
