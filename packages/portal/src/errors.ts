/**
 * Every error that the portal answers with: a stable code, its HTTP status and a sentence for a
 * person. The table is the source of the OpenAPI document too, so a code that is not here can be
 * neither thrown nor answered.
 */

interface ErrorKind {
  readonly status: number;
  readonly message: string;
}

const kinds = <T extends Record<string, ErrorKind>>(table: T): T => table;

export const ERRORS = kinds({
  // any request
  'request.malformed': { status: 400, message: 'Запрос не разобран.' },
  'request.fields': { status: 400, message: 'В запросе нет нужных полей или есть лишние.' },
  'request.cookie': { status: 400, message: 'Анонимная урна не принимает запросов с cookie.' },
  'request.not-found': { status: 404, message: 'Такого адреса нет.' },
  'request.too-large': { status: 413, message: 'Запрос слишком велик.' },
  'request.type': { status: 415, message: 'Тип содержимого запроса не поддерживается.' },
  'request.too-many': { status: 429, message: 'Слишком много запросов, повторите позже.' },
  'request.timeout': { status: 408, message: 'Запрос не пришёл вовремя.' },
  'server.internal': { status: 500, message: 'Внутренняя ошибка. Повторите запрос.' },
  'server.busy': { status: 503, message: 'Сервер занят, повторите позже.' },

  // issuer: login
  'login.unknown': { status: 401, message: 'Избиратель с таким логином не найден.' },
  'login.code-wrong': { status: 401, message: 'Код доступа не подходит или его срок истёк.' },
  'login.method': { status: 403, message: 'Такой способ входа на этих выборах не разрешён.' },
  'login.too-many': { status: 429, message: 'Слишком много неверных кодов доступа.' },
  'session.missing': { status: 401, message: 'Сеанс не открыт или закончился. Войдите снова.' },
  'session.not-ready': { status: 403, message: 'Сначала введите одноразовый код.' },
  'codes.too-soon': { status: 429, message: 'Новый код можно запросить позже.' },
  'codes.wrong': { status: 401, message: 'Одноразовый код неверен.' },
  'codes.expired': { status: 410, message: 'Срок одноразового кода истёк. Запросите новый.' },
  'codes.not-sent': { status: 502, message: 'Код не удалось отправить. Запросите новый.' },

  // issuer: permits
  'permits.contest': { status: 422, message: 'Этот бюллетень избирателю не полагается.' },
  'permits.list': { status: 422, message: 'По этому списку разрешения здесь не выдаются.' },
  'permits.served': { status: 409, message: 'Разрешение по этому бюллетеню уже выдано.' },
  'permits.length': { status: 422, message: 'Длина ослеплённого сообщения неверна.' },
  'permits.range': { status: 422, message: 'Ослеплённое сообщение вне допустимых значений.' },
  'permits.closed': { status: 403, message: 'Сейчас разрешения не выдаются.' },
  'permits.elsewhere': {
    status: 403,
    message:
      'Избиратель в списке участка и голосует там. Вернуть его в общий список может участок.',
  },
  'issued.not-yet': { status: 404, message: 'Итог выдачи ещё не опубликован.' },

  // issuer: desk
  'desk.secret': { status: 401, message: 'Нужен секрет стола регистрации.' },
  'desk.voter': { status: 404, message: 'Избирателя с таким номером в списке нет.' },

  'desk.rights': { status: 403, message: 'Этот стол действует только за свой участок.' },
  'desk.station': { status: 404, message: 'Такого участка на этих выборах нет.' },
  'desk.style': { status: 422, message: 'На этом участке нет бюллетеней избирателя.' },
  'desk.served': { status: 409, message: 'Избиратель уже получил бюллетень.' },
  'desk.elsewhere': { status: 409, message: 'Избиратель в списке другого участка.' },
  'desk.closed': {
    status: 409,
    message: 'Итог выдачи уже подведён, отметки больше не принимаются.',
  },

  // issuer: cards for stations
  'deliveries.malformed': { status: 400, message: 'Заявка на карточки не разобрана.' },
  'deliveries.election': { status: 422, message: 'Заявка относится к другим выборам.' },
  'deliveries.kiosk': { status: 403, message: 'Заявку подписал не терминал этого участка.' },
  'deliveries.style': { status: 422, message: 'Этих бюллетеней на участке не выдают.' },
  'deliveries.batch': { status: 409, message: 'Партия с этим номером содержит другие карточки.' },
  'deliveries.closed': { status: 403, message: 'Сейчас карточки не готовят.' },
  'deliveries.full': { status: 409, message: 'Столько карточек участку не полагается.' },
  'cards.unknown': { status: 404, message: 'Такой партии карточек нет.' },
  'cards.erased': { status: 410, message: 'Карточки этой партии уже напечатаны и стёрты.' },

  // box: ballots and challenges
  'ballots.malformed': { status: 400, message: 'Бюллетень не разобран.' },
  'ballots.election': { status: 422, message: 'Бюллетень относится к другим выборам.' },
  'ballots.refused': { status: 422, message: 'Бюллетень не соответствует правилам выборов.' },
  'ballots.proof': { status: 422, message: 'Доказательства бюллетеня неверны.' },
  'ballots.permit': { status: 422, message: 'Разрешение на бюллетень недействительно.' },
  'ballots.signature': { status: 422, message: 'Подпись бюллетеня неверна.' },
  'ballots.revision-taken': {
    status: 409,
    message: 'По этому разрешению уже принят другой бюллетень с таким номером.',
  },
  'ballots.core-opened': {
    status: 409,
    message: 'Этот бюллетень раскрыт для проверки и не может быть опущен.',
  },
  'ballots.closed': { status: 403, message: 'Сейчас бюллетени не принимаются.' },
  'challenges.malformed': { status: 400, message: 'Проверка не разобрана.' },
  'challenges.election': { status: 422, message: 'Проверка относится к другим выборам.' },
  'challenges.refused': { status: 422, message: 'Раскрытие не соответствует бюллетеню.' },
  'challenges.cast': { status: 409, message: 'Этот бюллетень уже опущен и не раскрывается.' },
  'challenges.closed': { status: 403, message: 'Сейчас проверки не принимаются.' },

  'late.malformed': { status: 400, message: 'Бюллетень с участка не разобран.' },
  'late.not-held': {
    status: 409,
    message: 'Опись терминала ещё не на доске. Повторите, когда участок её отправит.',
  },
  'late.proof': { status: 422, message: 'Бюллетеня нет в описи терминала.' },
  'late.closed': { status: 403, message: 'Подсчёт начался, бюллетени больше не принимаются.' },

  // box: board
  'entries.malformed': { status: 400, message: 'Запись не разобрана.' },
  'entries.road': { status: 422, message: 'Записи этого вида принимаются другим путём.' },
  'entries.refused': { status: 422, message: 'Запись не может быть следующей на доске.' },
  'board.not-found': { status: 404, message: 'Такого файла на доске нет.' },
  'proofs.not-yet': { status: 404, message: 'Запись ещё не подтверждена на доске.' },
  'receipts.unknown': { status: 404, message: 'Бюллетень с таким кодом не принимался.' },
});

export type ErrorCode = keyof typeof ERRORS;

/** What an answer may carry besides code and message. */
export interface ErrorDetails {
  /** Tries that the code still has. */
  readonly triesLeft?: number;
  /** Seconds until the same request makes sense again. */
  readonly retryAfter?: number;
  /** The election's own code of what is wrong, for those who build booths. */
  readonly reason?: string;
}

/** A refusal. `message` is the table's sentence; `cause` never reaches the answer. */
export class PortalError extends Error {
  override readonly name = 'PortalError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}, cause?: unknown) {
    super(ERRORS[code].message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
}

/** A fault of set-up or of a command's input, for the operator: the process stops with it. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
