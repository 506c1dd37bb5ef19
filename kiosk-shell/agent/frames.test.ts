/**
 * What crosses between page and agent while a person signs, with a wrong PIN and then with the right
 * one: no APDU in any text, and nothing left of one in the buffers that it went through.
 */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, it, type TestContext } from 'node:test';
import { createAuthority, issue } from '@kabina/cms/authority';
import { utf8ToBytes } from '@kabina/crypto/bytes';
import { agentReaders } from '@kabina/tokens/agent-readers';
import { findCard } from '@kabina/tokens/find-card';
import { makePairingSecret } from '@kabina/tokens/pairing';
import type { Result } from '@kabina/tokens/result';
import { CcidDevice } from '@kabina/tokens/testing/ccid-device';
import { openPgpCard } from '@kabina/tokens/testing/openpgp-card';
import { pivCard } from '@kabina/tokens/testing/piv-card';
import type { SimulatedCard } from '@kabina/tokens/testing/simulated-card';
import { simulatedKey } from '@kabina/tokens/testing/simulated-key';
import { SimulatedUsb } from '@kabina/tokens/testing/simulated-usb';
import { usbReaders } from '@kabina/tokens/usb-readers';
import { WebSocket as AgentSocket } from 'ws';
import { serveBridge } from './bridge.ts';

const ORIGIN = 'http://kiosk.test';
const HEADER = 9;
const PlainSocket = globalThis.WebSocket;

/** Frames as they crossed; bytes are copied before anybody can overwrite them. */
const crossed: { readonly from: 'page' | 'agent'; readonly frame: string | Uint8Array }[] = [];
/** Buffers that the page's half has given to its socket. */
const ofPage: Uint8Array[] = [];

function keep(from: 'page' | 'agent', frame: unknown): void {
  if (typeof frame === 'string') crossed.push({ from, frame });
  else if (frame instanceof ArrayBuffer)
    crossed.push({ from, frame: new Uint8Array(frame.slice()) });
  else if (frame instanceof Uint8Array) crossed.push({ from, frame: Uint8Array.from(frame) });
  else assert.fail('a frame of another kind');
}

class PageSocket extends PlainSocket {
  constructor(url: string) {
    // A browser names the page's origin by itself.
    super(url, { headers: { origin: ORIGIN } } as never);
    this.addEventListener('message', ({ data }) => keep('agent', data));
  }

  override send(frame: string | Uint8Array<ArrayBuffer>): void {
    keep('page', frame);
    super.send(frame);
    if (typeof frame !== 'string') ofPage.push(frame);
  }
}

/** Bytes that the agent's half has got from its sockets and given to them. */
function agentBuffers(t: TestContext): Uint8Array[] {
  const buffers: Uint8Array[] = [];
  const { emit, send } = AgentSocket.prototype;
  t.mock.method(AgentSocket.prototype, 'emit', function (this: AgentSocket, ...args: unknown[]) {
    if (args[0] === 'message' && args[2] === true) buffers.push(...(args[1] as Buffer[]));
    return Reflect.apply(emit, this, args) as boolean;
  });
  t.mock.method(AgentSocket.prototype, 'send', function (this: AgentSocket, ...args: unknown[]) {
    if (args[0] instanceof Uint8Array) buffers.push(args[0]);
    Reflect.apply(send, this, args);
  });
  return buffers;
}

/** The forms in which bytes may stand in a text, alone or among others. */
function formsOf(bytes: Uint8Array): string[] {
  const forms = [
    Buffer.from(bytes).toString('latin1'),
    Buffer.from(bytes).toString('hex'),
    Buffer.from(bytes).toString('hex').toUpperCase(),
    bytes.join(),
  ];
  for (const shift of [0, 1, 2]) {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]);
    const whole = [Math.ceil((shift * 8) / 6), Math.floor((shifted.length * 8) / 6)] as const;
    forms.push(shifted.toString('base64').slice(...whole));
    forms.push(shifted.toString('base64url').slice(...whole));
  }
  return forms;
}

const textsWith = (bytes: Uint8Array, texts: readonly string[]): string[] => {
  const forms = formsOf(bytes);
  return texts.filter((text) => forms.some((form) => text.includes(form)));
};

function valueOf<T>(result: Result<T>): T {
  assert.ok(result.ok, result.ok ? '' : result.problem.code);
  return result.value;
}

/** Six to eight digits are a PIV card's; it pads seven. */
const somePin = (): Uint8Array => utf8ToBytes(String(randomInt(1_000_000, 10_000_000)));

const validity = {
  notBefore: new Date(Date.now() - 3.6e6),
  notAfter: new Date(Date.now() + 3.6e6),
};

const CARDS: Readonly<Record<string, (pin: string) => SimulatedCard>> = {
  PIV: (pin) => pivCard({ signature: slot(), pin }),
  OpenPGP: (pin) => {
    const { key, certificate } = slot();
    return openPgpCard({ signature: key, certificate, pin });
  },
};

function slot() {
  const key = simulatedKey('ecdsa-p256');
  const { algorithm, publicKey } = key;
  const authority = createAuthority({ algorithm: 'ecdsa-p256', name: 'Центр', ...validity });
  const name = 'Иванова А. А.';
  return { key, certificate: issue(authority, { name, algorithm, publicKey, ...validity }) };
}

/** Finds the card, reads its certificate, is refused with one PIN and signs with the other. */
async function sign(card: SimulatedCard, wrong: Uint8Array, pin: Uint8Array): Promise<void> {
  const bus = new SimulatedUsb();
  const device = new CcidDevice();
  device.insert(card);
  bus.plug(device);
  const behind = usbReaders(bus);
  const secret = makePairingSecret();
  const bridge = await serveBridge({ port: 0, source: behind, secret, origins: [ORIGIN] });
  const page = agentReaders({ url: bridge.url, secret });
  try {
    valueOf(await page.open());
    while (!page.readers[0]?.present) await once(page, 'change');
    const transport = valueOf(await page.readers[0].connect());
    const found = valueOf(await findCard(transport));
    valueOf(await found.certificate());
    const input = new Uint8Array(32).fill(7);
    const refused = await found.sign(input, wrong.slice());
    assert.ok(!refused.ok && refused.problem.code === 'card.pin-wrong');
    assert.ok(valueOf(await found.sign(input, pin.slice())).length > 0);
    await transport.close();
  } finally {
    await page.close();
    await bridge.close();
    await behind.close();
  }
}

describe('what crosses the bridge', () => {
  beforeEach(() => {
    globalThis.WebSocket = PageSocket as typeof WebSocket;
    crossed.length = 0;
    ofPage.length = 0;
  });
  afterEach(() => {
    globalThis.WebSocket = PlainSocket;
  });

  for (const [kind, cardWith] of Object.entries(CARDS)) {
    it(`has neither PIN nor APDU in a text while a person signs with ${kind}`, async (t) => {
      const [wrong, pin] = [somePin(), somePin()];
      const buffers = agentBuffers(t);
      await sign(cardWith(Buffer.from(pin).toString()), wrong, pin);

      const texts = crossed.map(({ frame }) => frame).filter((frame) => typeof frame === 'string');
      const apdus = crossed.flatMap(({ from, frame }) =>
        typeof frame === 'string' ? [] : [{ from, apdu: frame.subarray(HEADER) }],
      );
      for (const secret of [wrong, pin]) {
        assert.deepEqual(textsWith(secret, texts), []);
        // It did cross, to the agent alone, and would be found in such a text as this.
        const verify = apdus.filter(({ apdu }) => Buffer.from(apdu).includes(Buffer.from(secret)));
        assert.deepEqual(new Set(verify.map(({ from }) => from)), new Set(['page']));
        for (const { apdu } of verify) {
          const text = JSON.stringify({ apdu: Buffer.from(apdu).toString('base64url') });
          assert.deepEqual(textsWith(secret, [text]), [text]);
        }
      }
      // What is shorter than a header and its length may stand in a random nonce by chance.
      const long = apdus.filter(({ apdu }) => apdu.length > 5);
      assert.deepEqual(new Set(long.map(({ from }) => from)), new Set(['page', 'agent']));
      for (const { apdu } of long) assert.deepEqual(textsWith(apdu, texts), []);

      // All that was said in text is in the table of texts.
      const types = new Set(texts.map((text) => (JSON.parse(text) as { type: string }).type));
      assert.ok(types.has('hello') && types.has('connect') && types.has('close'));
      assert.ok(!types.has('transmit') && !types.has('response'));

      const commands = apdus.filter(({ from }) => from === 'page');
      assert.equal(ofPage.length, commands.length);
      for (const frame of ofPage) assert.deepEqual(frame, new Uint8Array(frame.length));
      // The agent has got each of them and answered it; a frame that it got keeps its header.
      assert.equal(buffers.length, apdus.length);
      for (const buffer of buffers) {
        const apdu = Uint8Array.from(buffer.subarray(HEADER));
        assert.deepEqual(apdu, new Uint8Array(apdu.length));
      }
    });
  }
});
