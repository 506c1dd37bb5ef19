/** The form under a protocol: who signs, complaints, copies, hour and minute. */
import type { SignOff } from './commission.ts';

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

/** What was filled in, or what is missing, in words. */
export function readSignOff(data: FormData, members: number): SignOff | string {
  const text = (name: string): string => String(data.get(name) ?? '').trim();
  const signers = Array.from({ length: members }, (_, i) => {
    const reason = text(`reason-${i}`);
    return {
      signed: data.has(`signed-${i}`),
      dissent: data.has(`dissent-${i}`),
      ...(data.has(`signed-${i}`) || reason === '' ? {} : { reason }),
    };
  });
  if (signers.some((member) => !member.signed && member.reason === undefined)) {
    return 'Назовите причину для каждого, кто не подписывает.';
  }
  if (!signers.some((member) => member.signed)) return 'Протокол должен подписать хотя бы один.';
  if (Number.isNaN(Date.parse(text('signedAt')))) return 'Укажите дату, час и минуту подписания.';
  return {
    signedAt: withOffset(text('signedAt').slice(0, 16)),
    complaints: Number(text('complaints')),
    certifiedCopies: Number(text('copies')),
    members: signers,
  };
}
