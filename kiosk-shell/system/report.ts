/** What a check of a machine answers: one report, for a person or as JSON. */

export type Status =
  | 'passed'
  | 'failed'
  /** Could not be found out here: no less of a problem than a failure, on a machine that runs. */
  | 'unknown';

export interface Finding {
  /** Stable: `file:/etc/…`, `swap`, `storage`. */
  readonly id: string;
  readonly status: Status;
  /** A sentence for the technician: what was found. */
  readonly text: string;
}

export interface Report {
  readonly machine: { readonly role: string; readonly id: string; readonly origin: string };
  /** Hash of the list of all files of the program, and of the pages among them; null where damaged. */
  readonly build: { readonly program: string | null; readonly pages: string | null };
  /** Whether the running system was looked at, or only its files. */
  readonly live: boolean;
  readonly right: boolean;
  readonly findings: readonly Finding[];
}

export const passed = (id: string, text: string): Finding => ({ id, status: 'passed', text });
export const failed = (id: string, text: string): Finding => ({ id, status: 'failed', text });
export const unknown = (id: string, text: string): Finding => ({ id, status: 'unknown', text });

/** A finding that is right or wrong. */
export const judge = (id: string, right: boolean, text: string): Finding =>
  right ? passed(id, text) : failed(id, text);

const WORDS: Readonly<Record<Status, string>> = {
  passed: 'верно   ',
  failed: 'НЕВЕРНО ',
  unknown: 'НЕЯСНО  ',
};

/** The report for a person: what is wrong stands last, where it is seen. */
export function reportText({ machine, build, live, right, findings }: Report): string {
  const order: readonly Status[] = ['passed', 'unknown', 'failed'];
  const sorted = order.flatMap((status) => findings.filter((found) => found.status === status));
  const wrong = findings.filter(({ status }) => status !== 'passed').length;
  return [
    `Машина: ${machine.role} ${machine.id}, страницы ${machine.origin}`,
    `Программа: ${build.program ?? 'повреждена'}`,
    `Страницы: ${build.pages ?? 'повреждены'}`,
    ...(live ? [] : ['Проверены только файлы: работающая система не проверялась.']),
    '',
    ...sorted.map(({ id, status, text }) => `${WORDS[status]} ${id}: ${text}`),
    '',
    right
      ? `Всё верно, проверок: ${findings.length}.`
      : `Не в порядке: ${wrong} из ${findings.length}.`,
    '',
  ].join('\n');
}
