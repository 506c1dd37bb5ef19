/** The office's road from empty seats to a published protocol, and where an election stands on it. */
import type { Phase } from '@kabina/election/board';
import type { ControlState } from '../common/control.ts';

export const STEPS = [
  { id: 'seats', name: 'Места хранителей' },
  { id: 'ceremony', name: 'Создание ключа' },
  { id: 'opening', name: 'Открытие' },
  { id: 'voting', name: 'Голосование' },
  { id: 'counting', name: 'Закрытие и подсчёт' },
  { id: 'decrypting', name: 'Расшифрование' },
  { id: 'results', name: 'Итоги и протоколы' },
  { id: 'published', name: 'Опубликовано' },
] as const;

export type StepId = (typeof STEPS)[number]['id'];

const STEP_OF: Readonly<Record<Phase, StepId>> = {
  empty: 'ceremony',
  ceremony: 'ceremony',
  ready: 'opening',
  open: 'voting',
  suspended: 'voting',
  closed: 'counting',
  tally: 'decrypting',
  result: 'results',
  published: 'published',
};

export function stepNow(stage: ControlState['stage'], phase: Phase | undefined): StepId {
  return stage !== 'running' ? 'seats' : STEP_OF[phase ?? 'empty'];
}

/** What the board still lacks before the next step. */
export interface Missing {
  readonly shares: boolean;
  /** Of members, for opening. */
  readonly signatures: boolean;
}

/** The one next thing to do, in a sentence. */
export function nextThing(
  stage: ControlState['stage'],
  phase: Phase | undefined,
  missing: Missing,
): string {
  if (stage === 'preparing') return 'Создаются ключи и запускаются службы. Это займёт до минуты.';
  if (stage === 'failed') return 'Подготовка не удалась. Начните новые тренировочные выборы.';
  if (stage === 'seats') return 'Рассадите хранителей ключа и создайте выборы.';
  switch (phase) {
    case undefined:
      return 'Читаем журнал…';
    case 'empty':
    case 'ceremony':
      return 'Хранители создают ключ. Подождите, пока подтвердят все.';
    case 'ready':
      return missing.signatures
        ? 'Ключ готов. Открытие голосования подписывают члены комиссии.'
        : 'Ключ готов. Откройте голосование.';
    case 'open':
      return 'Голосование идёт. Выдавайте коды избирателям и следите за явкой.';
    case 'suspended':
      return 'Голосование приостановлено. Возобновите его или закройте.';
    case 'closed':
      return 'Голосование закрыто. Проведите черту подсчёта.';
    case 'tally':
      return missing.shares
        ? 'Хранители расшифровывают суммы. Подождите, пока хватит долей.'
        : 'Долей хватает. Подведите итоги.';
    case 'result':
      return 'Итоги подведены. Проверьте и подпишите протоколы.';
    case 'published':
      return 'Протоколы опубликованы. Теперь итог может проверить любой.';
  }
}
