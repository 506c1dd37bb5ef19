/**
 * What members and technicians read at a station's terminal. In Russian, as the office is; what voters
 * read is in `terminal-text.ts`, in three languages.
 */
import { errorText } from '@kabina/elements/error-text';

/** Codes that only who serves a kiosk ever sees. */
const OWN: Readonly<Record<string, string>> = {
  'session.pending': 'Сначала завершите сеанс избирателя.',
  'deliveries.answer': 'Служба ответила не на тот запрос. Повторите получение карточек.',
  'outbox.elsewhere': 'Терминал открыт в другой вкладке этой машины. Закройте её.',
  'keeper.held': 'Терминал открыт в другой вкладке этой машины. Закройте её.',
  'storage.not-kept':
    'Браузер не обещает хранить бюллетени. Настройте машину сценарием установки киоска; на тренировке можно добавить эту страницу в закладки и открыть её снова.',
  'machine.unreachable': 'Служба этой машины не отвечает. Перезапустите её или всю машину.',
  'journal.damaged':
    'Записи службы этой машины повреждены. Ничего не стирайте и позовите технического специалиста.',
};

/** What happened and what to do, by code. */
export function troubleWords(code: string): string {
  const { message, advice } = errorText(code);
  return OWN[code] ?? `${message} ${advice}`;
}

/** The code of what was thrown, for {@link troubleWords}. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'internal';
}

export const slipWords = {
  titles: {
    zero: 'Нулевой отчёт терминала',
    evening: 'Итог дня на терминале',
    closing: 'Закрытие терминала',
  },
  training: 'ТРЕНИРОВОЧНОЕ ГОЛОСОВАНИЕ',
  received: 'получено карточек',
  opened: 'открыто',
  cancelled: 'погашено',
  sent: 'Отправлено бюллетеней',
  waiting: 'Ждут отправки',
  quarantined: 'Отложено',
  signatures: ['Председатель ____________', 'Член комиссии __________', 'Наблюдатель ____________'],
} as const;

export const printed = {
  printed: 'Напечатано.',
  paper: 'В принтере кончилась бумага. Вставьте рулон и напечатайте ещё раз.',
  failed: 'Принтер не напечатал. Проверьте его и напечатайте ещё раз.',
} as const;

export const setup = {
  title: 'Настройка терминала участка',
  lead: 'Нужна связь с урной и регистраторами. Дальше терминал работает и без неё.',
  check: 'Проверить машину',
  checkLead: 'Часы, диск, хранилище браузера, принтер и сканер: один отчёт.',
  checkLink: 'Открыть проверку машины',
  election: 'Получить выборы',
  electionLead: 'Терминал сам проверит журнал и сохранит его.',
  fetch: 'Получить',
  fetching: 'Получаем и проверяем…',
  pin: 'Служебный ПИН',
  pinLead: 'По нему члены комиссии открывают служебный экран. Сам ПИН нигде не хранится.',
  pinSet: 'ПИН задан.',
  pinChange: 'Задать другой',
  cards: 'Получить карточки',
  cardsLead:
    'Столько, сколько избирателей ждут на участке, и немного сверху. Можно добавить позже.',
  ready: 'Готово, ждать избирателей',
  missing: 'Осталось:',
  missingElection: 'получить выборы',
  missingPin: 'задать ПИН',
  missingCards: 'получить карточки',
} as const;

export const pinWords = {
  new: 'Придумайте ПИН для членов комиссии',
  again: 'Введите тот же ПИН ещё раз',
  different: 'ПИН не совпал. Введите его заново.',
  keep: 'Запомнить',
  ask: 'Вход в служебный экран',
  askLead: 'Для членов комиссии: служебный ПИН, заданный при настройке терминала.',
  open: 'Открыть',
  wrong: 'ПИН не подошёл.',
  checking: 'Проверяем…',
  cancel: 'Отмена',
} as const;

export const cardWords = {
  style: 'Бюллетени',
  received: 'Получено',
  opened: 'Открыто',
  cancelled: 'Погашено',
  want: 'Довести до',
  less: 'Меньше',
  more: 'Больше',
  deliver: 'Получить карточки',
  delivering: 'Готовим карточки…',
  progress: (received: number, wanted: number): string => `Готово ${received} из ${wanted}`,
  done: 'Карточки получены. Теперь комиссия печатает их на своей странице.',
} as const;

export const service = {
  title: 'Служебный экран',
  leave: 'Вернуться к голосованию',
  queue: 'Очередь бюллетеней',
  send: 'Отправить сейчас',
  sending: 'Отправляем…',
  refetch: 'Обновить сведения о выборах',
  refetching: 'Обновляем…',
  refetched: 'Сведения о выборах обновлены.',
  check: 'Проверить машину',
  cards: 'Карточки',
  hidden: 'Сколько карточек открыто, терминал покажет после закрытия.',
  add: 'Добавить карточки',
  interrupted: 'Сеанс избирателя был прерван',
  interruptedLead:
    'Тот же избиратель может продолжить по той же карточке. Если он ушёл, завершите сеанс: опущенные бюллетени останутся в силе, карточка больше не откроется.',
  end: 'Завершить прерванный сеанс',
  ended: 'Сеанс завершён.',
  paper: 'Печать',
  zero: 'Нулевой отчёт',
  evening: 'Итог дня',
  close: 'Закрыть терминал',
  closeLead:
    'После закрытия на терминале больше никто не проголосует. Неоткрытые карточки будут погашены.',
  closeTitle: 'Закрыть терминал навсегда?',
  closeText:
    'Проверьте, что в кабине никого нет и все, кто ждал, проголосовали. Отменить закрытие нельзя.',
  closeCheck: 'Голосование закончено, в кабине никого нет',
  closeYes: 'Закрыть навсегда',
  closing: 'Закрываем…',
  cancel: 'Отмена',
} as const;

export const closed = {
  title: 'Терминал закрыт',
  lead: 'Покажите этот код сканеру стола регистрации. Бюллетени из очереди терминал отправит сам, когда появится связь.',
  code: 'Код закрытия для стола регистрации',
  waiting: 'Ждали отправки при закрытии',
  export: 'Записать очередь на флешку',
  exportLead:
    'Если связи не будет: вставьте флешку с меткой KABINA. Файл запечатан, его отправит комиссия с любой машины.',
  exported: 'Файл записан в папку загрузок: на терминале это флешка. Проверьте, что он там.',
  show: 'Показать слип закрытия',
} as const;

export const stopped = {
  again: 'Проверить ещё раз',
  online: 'Это терминал без участка: голосуют по кодам доступа',
} as const;

export const slipView = { print: 'Напечатать', close: 'Закрыть' } as const;
