/** The forms around the protocols: complaints, copies, hour and minute; then who has not signed, and why. */
import type { ProtocolForm, RollLine } from './commission.ts';

const two = (value: number): string => String(value).padStart(2, '0');

/** As `<input type="datetime-local">` has it: `2026-09-20T21:05`, in this machine's time zone. */
export function localMinute(at: Date): string {
  const date = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${date}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** ISO 8601 with the offset that this machine's time zone has at that moment. */
export function withOffset(minute: string): string {
  const ahead = -new Date(minute).getTimezoneOffset();
  const offset = Math.abs(ahead);
  const zone = `${two(Math.floor(offset / 60))}:${two(offset % 60)}`;
  return `${minute}:00${ahead < 0 ? '-' : '+'}${zone}`;
}

const text = (data: FormData, name: string): string => String(data.get(name) ?? '').trim();

/** What the protocols say beside their lines, or what is missing, in words. */
export function readProtocolForm(data: FormData): ProtocolForm | string {
  const signedAt = text(data, 'signedAt');
  if (Number.isNaN(Date.parse(signedAt))) return 'Укажите дату, час и минуту подписания.';
  return {
    signedAt: withOffset(signedAt.slice(0, 16)),
    complaints: Number(text(data, 'complaints')),
    certifiedCopies: Number(text(data, 'copies')),
  };
}

/** A member as the roll needs it: what the token has said, if members have tokens. */
export interface RollMember {
  readonly signature: { readonly dissent: boolean } | undefined;
}

/**
 * The roll under the protocols, or what is missing, in words.
 *
 * @param members in the manifest's order; with tokens a member has signed if the board says so,
 *   without them if the form does
 */
export function readRoll(
  data: FormData,
  members: readonly RollMember[],
  withTokens: boolean,
): RollLine[] | string {
  const lines = members.map(({ signature }, i): RollLine => {
    const signed = withTokens ? signature !== undefined : data.has(`signed-${i}`);
    const dissent = withTokens ? (signature?.dissent ?? false) : data.has(`dissent-${i}`);
    const reason = text(data, `reason-${i}`);
    return { signed, dissent, ...(signed || reason === '' ? {} : { reason }) };
  });
  if (lines.some((line) => !line.signed && line.reason === undefined)) {
    return 'Назовите причину для каждого, кто не подписывает.';
  }
  if (!lines.some((line) => line.signed)) return 'Протокол должен подписать хотя бы один.';
  return lines;
}
