/** An audit's verdict as text for a terminal, and as the JSON that other programs read. */
import type { Manifest } from '@kabina/election/manifest';
import type { Check, Verdict } from '@kabina/election/verify';

/** Problems of one check that are printed; `--json` has all. */
const SHOWN = 20;

const MARKS: Readonly<Record<Check['status'], string>> = {
  passed: '✓ passed',
  failed: '✗ FAILED',
  incomplete: '… incomplete',
  'not-applicable': '– not applicable',
};

const VERDICTS: Readonly<Record<Verdict['verdict'], string>> = {
  verified: 'VERIFIED: every check passed.',
  failed: 'FAILED: something on this board is wrong.',
  incomplete: 'INCOMPLETE: nothing wrong was found, but not everything could be checked.',
};

/** The object that `--json` prints. */
export interface JsonReport {
  verdict: Verdict['verdict'];
  electionId: string;
  pinned: boolean;
  checks: Verdict['checks'];
  tally: Verdict['tally'];
  /** Only where the board could not be read. */
  error?: { code: string; message: string };
}

export function jsonReport({ verdict, electionId, pinned, checks, tally }: Verdict): JsonReport {
  return {
    verdict,
    electionId,
    pinned,
    checks: checks.map(({ id, status, checked, expected, problems }) => ({
      id,
      status,
      checked,
      expected,
      problems: problems.map(({ index, message }) =>
        index === undefined ? { message } : { index, message },
      ),
    })),
    tally: tally.map(({ contest, ballots, counts, blank }) => ({
      contest,
      ballots,
      counts,
      blank,
    })),
  };
}

// Names and messages come from the board: they must not steer the terminal.
function plain(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '�');
}

function problemLines({ problems }: Check): string[] {
  const lines = problems.slice(0, SHOWN).map(({ index, message }) => {
    const where = index === undefined ? '' : `entry ${index}: `;
    return `      ${where}${plain(message)}`;
  });
  if (problems.length > SHOWN) lines.push(`      and ${problems.length - SHOWN} more (see --json)`);
  return lines;
}

function tallyLines({ tally }: Verdict, manifest: Manifest | undefined): string[] {
  const lines: string[] = [];
  for (const { contest, ballots, counts, blank } of tally) {
    const known = manifest?.contests.find(({ id }) => id === contest);
    lines.push(`  ${plain(known ? `${contest}: ${known.title.ru}` : contest)}`);
    lines.push(`      ballots ${ballots}${blank ? `, of them blank ${blank}` : ''}`);
    if (counts === null) lines.push('      not decrypted: fewer ballots than the contest asks for');
    counts?.forEach((count, i) => {
      const name = known?.options[i]?.name.ru ?? `option ${i + 1}`;
      lines.push(`      ${String(count).padStart(7)}  ${plain(name)}`);
    });
  }
  return lines;
}

const ACTS = { open: 'opening', close: 'closing', publish: 'protocols' } as const;

function signatureLines({ signatures }: Verdict): string[] {
  return signatures.map(({ act, name, dissent }) => {
    const opinion = dissent ? ', with a dissenting opinion' : '';
    return `  ${ACTS[act].padEnd(11)} ${plain(name)}${opinion}`;
  });
}

/** The lines that a person reads. `manifest` gives the names, if it is that of the verdict. */
export function textReport(verdict: Verdict, manifest: Manifest | undefined): string {
  const { electionId, pinned, kind, size, checks } = verdict;
  const lines = [
    `Election    ${electionId === '' ? 'unknown' : electionId}`,
    pinned
      ? '            held to the election that you named'
      : '            not held to anything: compare this id with a source that you trust',
    `Kind        ${kind === 'training' ? 'TRAINING ELECTION: its votes decide nothing' : (kind ?? 'unknown')}`,
    `Entries     ${size}`,
    '',
  ];
  for (const check of checks) {
    const count = `${check.checked} of ${check.expected}`;
    lines.push(`  ${check.id.padEnd(11)} ${MARKS[check.status].padEnd(17)} ${count}`);
    lines.push(...problemLines(check));
  }
  if (verdict.tally.length > 0) {
    lines.push('', 'Recounted', ...tallyLines(verdict, manifest));
  }
  if (verdict.signatures.length > 0) {
    lines.push('', 'Signed by members', ...signatureLines(verdict));
  }
  lines.push('', VERDICTS[verdict.verdict]);
  return lines.join('\n');
}
