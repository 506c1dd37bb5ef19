/** What a ballot paper asks of the voter, in words that follow from the contest's limits. */
import { msg, str } from '@lit/localize';
import type { Contest } from '@kabina/election/manifest';

export function instruction({ min, max, options }: Contest): string {
  if (max === 1) {
    return min === 0
      ? msg('Отметьте один вариант или оставьте бюллетень без отметок.')
      : msg('Отметьте один вариант.');
  }
  if (min === 0) {
    return max >= options.length
      ? msg('Отметьте любое число вариантов или оставьте бюллетень без отметок.')
      : msg(str`Отметьте не более ${max} вариантов или оставьте бюллетень без отметок.`);
  }
  return min === max
    ? msg(str`Отметьте вариантов: ${max}.`)
    : msg(str`Отметьте от ${min} до ${max} вариантов.`);
}

/** How far the voter has come. Says numbers, never names. */
export function progress({ min, max }: Contest, count: number): string {
  if (max === 1) return count === 0 ? msg('Отметка не поставлена') : msg('Отметка поставлена');
  if (count < min) return msg(str`Отмечено: ${count}. Нужно не меньше ${min}.`);
  if (count === max) return msg(str`Отмечено: ${count} из ${max}. Больше отмечать нельзя.`);
  return msg(str`Отмечено: ${count} из ${max}. Можно отметить ещё: ${max - count}.`);
}

/** What becomes of a paper without marks. */
export function blankMeaning({ blank }: Contest): string {
  return blank === 'invalid'
    ? msg('Бюллетень без отметок будет признан недействительным.')
    : msg('Бюллетени без отметок считают отдельной строкой.');
}
