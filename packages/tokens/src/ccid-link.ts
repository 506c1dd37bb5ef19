/**
 * From a slot with a card in it to a road for APDUs: power, then the protocol and its parameters as
 * far as the reader leaves them to us, then whatever the exchange level asks for (CCID 1.1, 3.2).
 */
import { DEFAULT_TA1, decodeAtr, type Atr } from './atr.ts';
import { FEATURE } from './ccid-descriptor.ts';
import { HEADER_LENGTH } from './ccid-message.ts';
import { PARITY, type CcidSlot, type SlotParameters } from './ccid-slot.ts';
import { fail, ok, type Result } from './result.ts';
import { encodeT0 } from './tpdu-t0.ts';
import { T1Link } from './tpdu-t1.ts';
import { SHORT_DATA, SHORT_LE, decodeCommand } from './apdu.ts';
import { concatBytes } from './bytes.ts';

/** A powered card that takes APDUs. */
export interface CardLink {
  readonly atr: Uint8Array;
  readonly extended: boolean;
  /**
   * One APDU and its response; the command has been decoded before. Never rejects. After a failure
   * other than `transport.unsupported` the card is in no known state.
   */
  transmit(command: Uint8Array): Promise<Result<Uint8Array>>;
}

/** Fi of TA1's high half (ISO/IEC 7816-3, table 7), reserved where there is none. */
const FI = [372, 372, 558, 744, 1116, 1488, 1860, 0, 0, 512, 768, 1024, 1536, 2048, 0, 0];
/** Di of TA1's low half (table 8). */
const DI = [0, 1, 2, 4, 8, 16, 32, 64, 12, 20, 0, 0, 0, 0, 0, 0];
const T1_FIXED = 0x10;
/** BWT is 2^BWI * 960 * Fd / f, with Fd = 372 (ISO/IEC 7816-3, 11.4.3). */
const BWT_CYCLES = 960 * 372;
/** A card may ask for hours. Nobody stands in a booth so long. */
const MOST_WAIT = 120_000;
/** IFSD before anything else is agreed on. */
const DEFAULT_IFSD = 32;

/**
 * Powers the slot's card and makes it ready.
 *
 * `transport.no-card`, `transport.mute`, `transport.unsupported` where reader and card have no
 * protocol in common or the reader works at character level, `transport.protocol`,
 * `transport.removed`, `transport.busy`.
 */
export async function openLink(slot: CcidSlot): Promise<Result<CardLink>> {
  const { level } = slot.bus.descriptor;
  if (level === 'character') {
    return fail('transport.unsupported', 'The reader exchanges single characters.');
  }
  const powered = await slot.powerOn();
  if (!powered.ok) return powered;
  let atr = powered.value;
  let agreed = await agree(slot, atr, true);
  if (!agreed.ok && agreed.problem.code === 'transport.protocol' && !slot.bus.lost) {
    // The card may have refused a speed: once more without one.
    await slot.recover();
    const again = await slot.powerOn();
    if (!again.ok) return again;
    atr = again.value;
    agreed = await agree(slot, atr, false);
  }
  if (!agreed.ok) return agreed;

  if (level === 'extended') {
    return ok({ atr, extended: true, transmit: (command) => slot.chain(command) });
  }
  if (level === 'short') {
    return ok({ atr, extended: false, transmit: (command) => transmitShort(slot, command) });
  }
  if (agreed.value.protocol === 0) {
    return ok({ atr, extended: false, transmit: (command) => transmitT0(slot, command) });
  }
  return await openT1(slot, atr);
}

/** Sees to it that reader and card speak one protocol, and says which. */
async function agree(
  slot: CcidSlot,
  bytes: Uint8Array,
  fast: boolean,
): Promise<Result<{ readonly protocol: number }>> {
  const { features, level, protocols } = slot.bus.descriptor;
  if ((features & (FEATURE.autoParameters | FEATURE.autoNegotiation)) !== 0) {
    // At the level of APDUs it doesn't matter to us what the reader has chosen.
    if (level !== 'tpdu') return ok({ protocol: 0 });
    const active = await slot.parameters();
    if (active.ok || active.problem.code !== 'transport.unsupported') return active;
    const [first] = decodeAtr(bytes)?.protocols ?? [];
    return first === undefined ? active : ok({ protocol: first });
  }
  const atr = decodeAtr(bytes);
  if (!atr) return fail('transport.protocol', "The card's answer to reset is malformed.");
  // A reader of APDUs has no way for a PPS of ours: unless it does one, the card goes on as it began.
  const autoPps = (features & FEATURE.autoPps) !== 0;
  const chooses = !atr.specific && (level === 'tpdu' || autoPps);
  const protocol = chooses
    ? atr.protocols.find((offered) => protocols.includes(offered))
    : (atr.specific?.protocol ?? atr.protocols[0]);
  if (protocol === undefined || !protocols.includes(protocol)) {
    return fail('transport.unsupported', 'The reader does not speak a protocol of the card.');
  }

  let speed = DEFAULT_TA1;
  if (atr.specific) {
    // The card uses its TA1 at once, unless it says that it means something of its own.
    if (atr.specific.implicit) {
      return fail('transport.unsupported', 'The card has a speed of its own.');
    }
    speed = atr.ta1 ?? DEFAULT_TA1;
  } else if (chooses) {
    if (fast && atr.ta1 !== undefined && reaches(slot, atr.ta1)) speed = atr.ta1;
    const negotiates = speed !== DEFAULT_TA1 || protocol !== atr.protocols[0];
    if (negotiates && !autoPps) {
      const done = await selectParameters(slot, protocol, speed);
      if (!done.ok) return done;
      speed = done.value;
    }
  }
  const set = await slot.setParameters(parametersOf(atr, protocol, speed));
  if (!set.ok) {
    const without = set.problem.code === 'transport.unsupported' && speed === DEFAULT_TA1;
    return without ? ok({ protocol }) : set;
  }
  return set.value.protocol === protocol
    ? set
    : fail('transport.protocol', 'The reader does not take the protocol.');
}

/** Whether the reader can run at the speed of a TA1. */
function reaches(slot: CcidSlot, ta1: number): boolean {
  const { clock, mostRate } = slot.bus.descriptor;
  const fi = FI[ta1 >> 4]!;
  return fi > 0 && DI[ta1 & 0x0f]! > 0 && (clock * 1000 * DI[ta1 & 0x0f]!) / fi <= mostRate;
}

/** Protocol and parameters selection (ISO/IEC 7816-3, section 9); answers the speed agreed on. */
async function selectParameters(
  slot: CcidSlot,
  protocol: number,
  speed: number,
): Promise<Result<number>> {
  const head = [0xff, 0x10 | protocol, speed];
  const request = Uint8Array.of(...head, 0xff ^ 0x10 ^ protocol ^ speed);
  const answer = await slot.block(request);
  if (!answer.ok) return answer;
  if (answer.value !== PARITY) {
    const [ppss, pps0, pps1] = answer.value;
    const sum = answer.value.reduce((total, byte) => total ^ byte, 0);
    if (ppss === 0xff && sum === 0 && ((pps0 ?? 0) & 0x0f) === protocol) {
      if (answer.value.length === 4 && pps0 === head[1] && pps1 === speed) return ok(speed);
      // A card may leave the speed out of its answer and so refuse it alone.
      if (answer.value.length === 3 && pps0 === protocol) return ok(DEFAULT_TA1);
    }
  }
  return fail('transport.protocol', 'The card refuses the parameters.');
}

/** Protocol data structures of `PC_to_RDR_SetParameters` (6.1.7). */
function parametersOf(atr: Atr, protocol: number, speed: number): SlotParameters {
  const convention = atr.inverse ? 0x02 : 0;
  if (protocol === 0) {
    return { protocol, bytes: Uint8Array.of(speed, convention, atr.guard, atr.wi, 0) };
  }
  const { bwi, cwi, ifsc, edc } = atr.t1;
  const check = T1_FIXED | convention | (edc === 'crc' ? 1 : 0);
  const waiting = (bwi << 4) | cwi;
  return { protocol, bytes: Uint8Array.of(speed, check, atr.guard, waiting, 0, ifsc, 0) };
}

async function openT1(slot: CcidSlot, bytes: Uint8Array): Promise<Result<CardLink>> {
  const atr = decodeAtr(bytes);
  if (!atr) return fail('transport.protocol', "The card's answer to reset is malformed.");
  const { ifsc, edc, bwi } = atr.t1;
  const { clock, features, ifsd, mostMessage } = slot.bus.descriptor;
  const wait = (2 ** bwi * BWT_CYCLES) / Math.max(clock, 1000);
  const overhead = HEADER_LENGTH + 3 + (edc === 'crc' ? 2 : 1);
  const longest = mostMessage - overhead;
  if (longest < 1) return fail('transport.unsupported', 'The reader holds no T=1 block.');
  const link = new T1Link(
    async (block, extension) => {
      const patience = Math.min(wait * Math.max(extension, 1), MOST_WAIT);
      const answer = await slot.block(block, extension, patience);
      if (!answer.ok) return answer;
      return ok(answer.value === PARITY ? 'damaged' : answer.value);
    },
    edc,
    ifsc,
    longest,
  );
  const offered = Math.min(ifsd, longest);
  if ((features & FEATURE.autoIfsd) === 0 && offered > DEFAULT_IFSD) {
    const told = await link.offerIfsd(offered);
    if (!told.ok) return told;
  }
  return ok({ atr: bytes, extended: true, transmit: (command) => link.transmit(command) });
}

async function transmitT0(slot: CcidSlot, command: Uint8Array): Promise<Result<Uint8Array>> {
  const encoded = encodeT0(command);
  if (!encoded) return tooLong();
  try {
    if (HEADER_LENGTH + encoded.tpdu.length > slot.bus.descriptor.mostMessage) return tooLong();
    return whole(await slot.block(encoded.tpdu), encoded.most);
  } finally {
    encoded.tpdu.fill(0);
  }
}

async function transmitShort(slot: CcidSlot, command: Uint8Array): Promise<Result<Uint8Array>> {
  const { data = new Uint8Array(), le = 0 } = decodeCommand(command);
  const extended = command.length > 5 && command[4] === 0;
  if (extended || data.length > SHORT_DATA || le > SHORT_LE) return tooLong();
  if (HEADER_LENGTH + command.length > slot.bus.descriptor.mostMessage) return tooLong();
  return whole(await slot.block(command), SHORT_LE + 2);
}

/** The block as a response of so many bytes at most; a copy of it. */
function whole(answer: Result<Uint8Array | typeof PARITY>, most: number): Result<Uint8Array> {
  if (!answer.ok) return answer;
  if (answer.value === PARITY) return fail('transport.protocol', 'The line to the card is bad.');
  if (answer.value.length < 2 || answer.value.length > most) {
    return fail('transport.protocol', 'The card answered nothing that fits the command.');
  }
  const copy = concatBytes(answer.value);
  answer.value.fill(0);
  return ok(copy);
}

function tooLong(): Result<never> {
  return fail('transport.unsupported', 'The command is too long for the reader.');
}
