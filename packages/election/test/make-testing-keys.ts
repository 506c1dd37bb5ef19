/**
 * Writes `src/testing-keys.ts` and `src/testing-station-keys.ts`: RSA primes for issuers of test
 * boards. Run by hand, once, with the number of keys and the name of the list:
 * `node packages/election/test/make-testing-keys.ts 10 testingPrimes > packages/election/src/testing-keys.ts`.
 */
import { generateKeyPairSync } from 'node:crypto';

const [count, name] = process.argv.slice(2);
const PER_LINE = 88;

const primes = Array.from({ length: Number(count) }, () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 3072 });
  const { p, q } = privateKey.export({ format: 'jwk' });
  return [p, q].map((part) => Buffer.from(part as string, 'base64url').toString('hex'));
});
const quoted = (hex: string) =>
  Array.from(
    { length: Math.ceil(hex.length / PER_LINE) },
    (_, i) => `      '${hex.slice(i * PER_LINE, (i + 1) * PER_LINE)}'`,
  ).join(' +\n') + ',';

process.stdout.write(`/**
 * Primes of RSA-3072 keys for the issuers of test boards, made by \`test/make-testing-keys.ts\`. They
 * are public: whoever uses them in an election gives everybody the right to vote.
 */
export const ${name}: readonly (readonly [p: string, q: string])[] = [
${primes.map(([p, q]) => `  [\n${quoted(p as string)}\n${quoted(q as string)}\n  ],`).join('\n')}
];
`);
