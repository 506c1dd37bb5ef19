/** What a key holder reads: the steps of the ceremony, what is waited for, what went wrong. */
import { msg } from '@lit/localize';
import type { Expectation } from '@kabina/trustee/trustee';
import type { SeatStage } from './trustee-seat.ts';

export function stageText(stage: SeatStage): { readonly name: string; readonly about: string } {
  switch (stage) {
    case 'commit':
      return {
        name: msg('Обязательство'),
        about: msg('Публикуется отпечаток вашей части: после этого изменить её нельзя.'),
      };
    case 'reveal':
      return {
        name: msg('Раскрытие'),
        about: msg('Когда обязательства есть у всех, части раскрываются, а доли рассылаются.'),
      };
    case 'check':
      return {
        name: msg('Проверка долей'),
        about: msg('Каждая полученная доля сверяется с тем, что опубликовано.'),
      };
    case 'confirm':
      return {
        name: msg('Подтверждение ключа'),
        about: msg('Вы подписываете общий ключ и пробно расшифровываете своей долей.'),
      };
    case 'keep':
      return {
        name: msg('Хранение доли'),
        about: msg('Доля лежит зашифрованной на этом устройстве до конца голосования.'),
      };
    case 'decrypt':
      return {
        name: msg('Расшифрование итогов'),
        about: msg('После закрытия журнал проверяется целиком, затем расшифровываются суммы.'),
      };
  }
}

export function waitingText(stage: SeatStage, waitingFor: Expectation | undefined): string {
  switch (waitingFor) {
    case 'manifest':
      return msg('Ждём описание голосования от комиссии.');
    case 'commits':
      return msg('Ждём обязательства других хранителей.');
    case 'reveals':
      return msg('Ждём, пока раскроются другие хранители.');
    case 'answers':
      return msg('Есть жалоба на долю. Ждём ответа того, кто её прислал.');
    case 'restart':
      return msg('Церемония начнётся заново. Ждём решения комиссии.');
    case 'confirms':
      return msg('Ждём подтверждений других хранителей.');
    case 'opening':
      return msg('Ключ готов. Ждём, пока комиссия откроет голосование.');
    case 'tally':
      return msg('Голосование идёт. Устройство можно выключить до закрытия.');
    case 'shares':
      return msg('Ваша доля опубликована. Ждём остальных хранителей.');
    case undefined:
      return stage === 'decrypt' ? msg('Проверяем журнал…') : msg('Работаем…');
  }
}

export function seatErrorText(code: string): string {
  if (code.startsWith('network.')) {
    return msg('Нет связи с журналом. Сделанное сохранено, можно попробовать ещё раз.');
  }
  if (code.startsWith('board.') || code.startsWith('log.')) {
    return msg('Журнал не прошёл проверку. Ничего не расшифровано. Сообщите комиссии.');
  }
  return msg('Не получилось сделать следующий шаг. Сделанное сохранено.');
}
