/**
 * What a member of a commission reads about a token: its kind, what it is asked for, and for every
 * stable code what happened and what to do. Written for people who have never heard of an APDU; the
 * code itself stands small beside the words, for whoever helps.
 */
import { msg, str } from '@lit/localize';
import type { Application } from '@kabina/tokens/card';
import type { TokenCode } from '@kabina/tokens/result';
import type { ErrorText } from './error-text.ts';
import type { TokenFinding, TokenTask } from './token-task.ts';

/** What can go wrong around a token that works. */
type TaskCode =
  /** The certificate belongs to nobody on the roll of members. */
  | 'token.not-on-roll'
  /** Not issued by the commission's authority. */
  | 'token.authority'
  | 'token.expired'
  | 'token.not-yet'
  /** The certificate is not for signing. */
  | 'token.usage'
  | 'token.already-signed'
  /** The signature does not fit the certificate. */
  | 'token.signature'
  /** The board did not take it. */
  | 'token.not-counted'
  /** This token does not open the share. */
  | 'token.share'
  /** Another person's token than the one that is awaited. */
  | 'token.other-token'
  /** Another card was put in meanwhile. */
  | 'token.changed'
  /** What is to be signed has become another while the PIN was typed. */
  | 'token.document'
  | 'network.unreachable';

type Entry = () => ErrorText;

const reinsert = () => msg('Выньте токен, вставьте его снова и попробуйте ещё раз.');
const technician = () => msg('Позовите того, кто настраивал этот компьютер.');
const issuer = () => msg('Обратитесь к тому, кто выдал токен.');
const yours = () => msg('Проверьте, ваш ли токен вставлен.');

/** A code without a text does not compile. */
const TEXTS: Readonly<Record<TokenCode | TaskCode, Entry>> = {
  'transport.removed': () => ({
    message: msg('Токен вынули раньше времени.'),
    advice: msg('Вставьте его снова и не вынимайте, пока не увидите «Готово».'),
  }),
  'transport.closed': () => ({
    message: msg('Работа с токеном прервана.'),
    advice: msg('Начните ещё раз.'),
  }),
  'transport.no-card': () => ({
    message: msg('В считывателе нет карты.'),
    advice: msg('Вставьте карту чипом вперёд, до упора, и попробуйте ещё раз.'),
  }),
  'transport.mute': () => ({ message: msg('Токен не отвечает.'), advice: reinsert() }),
  'transport.protocol': () => ({
    message: msg('Считыватель и токен не поняли друг друга.'),
    advice: `${reinsert()} ${msg('Если не поможет, возьмите другой считыватель.')}`,
  }),
  'transport.busy': () => ({
    message: msg('Токен занят другой программой.'),
    advice: msg(
      'Закройте другие программы и страницы, которые с ним работают, и попробуйте ещё раз.',
    ),
  }),
  'transport.denied': () => ({
    message: msg('Браузер или система не пускает эту страницу к токену.'),
    advice: msg(
      'Обычной странице браузера нельзя работать с такими токенами: откройте её в приложении киоска или включите на этом компьютере агент киоска. Если он уже включён, позовите того, кто настраивал компьютер.',
    ),
  }),
  'transport.unsupported': () => ({
    message: msg('Этот браузер не умеет работать с токенами.'),
    advice: msg('Откройте эту страницу на киоске комиссии или включите агент киоска.'),
  }),
  'transport.unpaired': () => ({
    message: msg('Агент киоска не узнал эту страницу.'),
    advice: msg('Попробуйте ещё раз и введите код сопряжения, который показывает агент.'),
  }),
  'transport.unreachable': () => ({
    message: msg('Агент киоска не отвечает.'),
    advice: `${msg('Проверьте, включён ли он на этом компьютере.')} ${technician()}`,
  }),

  'card.unknown': () => ({
    message: msg('Это не токен для подписи, или он нам не знаком.'),
    advice: msg('Вставьте токен или карту, которые вам выдали для работы в комиссии.'),
  }),
  'card.no-certificate': () => ({
    message: msg('На токене нет сертификата для подписи.'),
    advice: `${yours()} ${issuer()}`,
  }),
  'card.certificate': () => ({
    message: msg('Сертификат на токене не читается, или его ключ для подписи не годится.'),
    advice: issuer(),
  }),
  'card.no-key': () => ({
    message: msg('На токене нет ключа, который подходит к его сертификату.'),
    advice: issuer(),
  }),
  'card.unsupported': () => ({
    message: msg('Этот токен не умеет того, что здесь нужно.'),
    advice: `${msg('Возьмите другой токен.')} ${issuer()}`,
  }),
  'card.pin-malformed': () => ({
    message: msg('ПИН не той длины, или в нём недопустимые знаки.'),
    advice: msg('Попытка не потрачена. Введите ПИН ещё раз.'),
  }),
  'card.pin-wrong': () => ({
    message: msg('ПИН неверен.'),
    advice: msg('Вспомните его, не спеша, и введите ещё раз.'),
  }),
  'card.pin-last-try': () => ({
    message: msg('Осталась последняя попытка.'),
    advice: msg('Если ПИН снова окажется неверным, токен заблокируется и сегодня уже не подпишет.'),
  }),
  'card.pin-blocked': () => ({
    message: msg('Токен заблокирован: попыток ввести ПИН не осталось.'),
    advice: `${msg('Разблокирует его только тот, кто выдал.')} ${msg('Сообщите председателю комиссии.')}`,
  }),
  'card.refused': () => ({ message: msg('Токен отказался это делать.'), advice: reinsert() }),
  'card.malformed': () => ({
    message: msg('Токен ответил непонятно.'),
    advice: `${reinsert()} ${issuer()}`,
  }),

  'token.not-on-roll': () => ({
    message: msg('Владельца этого токена нет в списке членов комиссии.'),
    advice: `${yours()} ${msg('Сообщите председателю комиссии.')}`,
  }),
  'token.authority': () => ({
    message: msg('Сертификат выдан не тем центром, которому доверяет комиссия.'),
    advice: msg('Вставьте токен, выданный для этих выборов.'),
  }),
  'token.expired': () => ({ message: msg('Срок сертификата вышел.'), advice: issuer() }),
  'token.not-yet': () => ({
    message: msg('Сертификат ещё не начал действовать.'),
    advice: msg('Проверьте дату и время на этом компьютере.'),
  }),
  'token.usage': () => ({
    message: msg('Сертификат на токене выдан не для подписи.'),
    advice: `${yours()} ${issuer()}`,
  }),
  'token.already-signed': () => ({
    message: msg('Этим токеном уже подписано.'),
    advice: msg('Второй раз подписывать не нужно. Выньте токен.'),
  }),
  'token.signature': () => ({
    message: msg('Подпись не подходит к сертификату этого токена.'),
    advice: `${msg('Такую подпись не примут.')} ${reinsert()}`,
  }),
  'token.not-counted': () => ({
    message: msg('Журнал не принял подпись.'),
    advice: msg('Попробуйте ещё раз. Если не поможет, сообщите председателю комиссии.'),
  }),
  'token.share': () => ({
    message: msg('Этот токен не открывает долю ключа.'),
    advice: msg('Вставьте тот токен, которым доля была закрыта.'),
  }),
  'token.other-token': () => ({
    message: msg('Здесь нужен другой токен.'),
    advice: yours(),
  }),
  'token.changed': () => ({
    message: msg('Пока шла работа, вставили другой токен.'),
    advice: msg('Ничего не подписано. Вставьте свой токен и начните ещё раз.'),
  }),
  'token.document': () => ({
    message: msg('Пока вы вводили ПИН, документ изменился.'),
    advice: msg(
      'Ничего не подписано. Закройте это окно, посмотрите документ и подпишите его снова.',
    ),
  }),
  'network.unreachable': () => ({
    message: msg('Нет связи с журналом.'),
    advice: msg('Проверьте сеть и попробуйте ещё раз.'),
  }),
};

/** Text for a code, in the language of the page; any code has one. */
export function tokenErrorText(code: string): ErrorText {
  const known: Readonly<Record<string, Entry | undefined>> = TEXTS;
  const entry = known[code.startsWith('network.') ? 'network.unreachable' : code];
  return entry?.() ?? { message: msg('С токеном что-то не так.'), advice: technician() };
}

/** The codes with a text of their own. */
export const knownTokenCodes: readonly string[] = Object.keys(TEXTS);

export function applicationText(application: Application): string {
  switch (application) {
    case 'piv':
      return msg('карта или токен PIV');
    case 'openpgp':
      return msg('карта OpenPGP');
    case 'smartcard-hsm':
      return 'SmartCard-HSM';
    case 'rutoken':
      return msg('Рутокен ЭЦП');
  }
}

/** What the task is, above every screen; what the PIN's button does; what is done in the end. */
export function purposeText(purpose: TokenTask['purpose']): {
  readonly task: string;
  readonly button: string;
  readonly working: string;
  readonly done: string;
} {
  switch (purpose) {
    case 'sign':
      return {
        task: msg('Подписание токеном'),
        button: msg('Подписать'),
        working: msg('Токен подписывает…'),
        done: msg('Готово: подписано'),
      };
    case 'check':
      return {
        task: msg('Проверка токена'),
        button: msg('Проверить'),
        working: msg('Проверяем токен…'),
        done: msg('Готово: токен подходит'),
      };
    case 'share':
      return {
        task: msg('Токен для доли ключа'),
        button: msg('Дальше'),
        working: msg('Токен работает с долей ключа…'),
        done: msg('Готово: токен подходит к доле ключа'),
      };
  }
}

/** A line of a check, good or bad. */
export function findingText({ what, good }: TokenFinding): string {
  switch (what) {
    case 'certificate':
      return good ? msg('Сертификат подходит и действует') : msg('Сертификат не подходит');
    case 'pin':
      return good ? msg('ПИН принят') : msg('ПИН не принят');
    case 'signature':
      return good ? msg('Подпись сделана и проверена') : msg('Подпись не получилась');
    case 'share':
      return good ? msg('Доля ключа открывается') : msg('Доля ключа не открывается');
  }
}

/** What is said of the days that a certificate still has; nothing while they are many. */
export function endingText(days: number): string | undefined {
  if (days < 0) return msg('Срок сертификата вышел.');
  if (days === 0) return msg('Сертификат заканчивается сегодня. Новый нужен уже сейчас.');
  return days > ENDS_SOON
    ? undefined
    : msg(str`Сертификат скоро закончится, осталось дней: ${days}. Позаботьтесь о новом заранее.`);
}

const ENDS_SOON = 30;
