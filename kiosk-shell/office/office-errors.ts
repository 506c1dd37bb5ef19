/** What a commission member reads when something goes wrong, by the stable code of the error. */

const TEXTS: Readonly<Record<string, string>> = {
  'control.unreachable': 'Учебная машина не отвечает. Проверьте, что она запущена.',
  'control.busy': 'Выборы сейчас готовятся. Дождитесь конца и повторите.',
  'control.malformed': 'Учебная машина не поняла команду. Обновите страницу.',
  'seats.closed': 'Места хранителей уже разобраны, выборы готовятся.',
  'control.forbidden': 'Учебная машина не приняла команду. Обновите страницу.',
  'control.not-found': 'Файл ключей комиссии ещё не готов. Подождите несколько секунд.',
  'passphrase.wrong': 'Пароль не подошёл. Проверьте его по листу комиссии.',
  'passphrase.malformed': 'Файл ключей комиссии повреждён.',
  'box.unreachable': 'Урна не отвечает. Проверьте связь.',
  'entries.refused': 'Журнал не принял запись: на этом шаге она не по правилам голосования.',
  'entries.malformed': 'Журнал не понял запись.',
  'entries.road': 'Журнал принимает такую запись только от того, кто её сделал.',
  'proofs.not-yet': 'Журнал ещё не заверил запись. Подождите немного.',
  'box.promise':
    'Ответ урны не прошёл проверку. Бюллетени остались в файле, отправку можно повторить.',
  'ballots.malformed': 'Урна не поняла бюллетень.',
  'ballots.election': 'Бюллетень от других выборов.',
  'ballots.refused': 'Бюллетень не по правилам этих выборов.',
  'ballots.proof': 'Доказательства в бюллетене неверны.',
  'ballots.permit': 'Разрешение в бюллетене недействительно.',
  'ballots.signature': 'Подпись бюллетеня неверна.',
  'ballots.revision-taken': 'По этому разрешению урна уже приняла другой бюллетень.',
  'ballots.core-opened': 'Бюллетень был вскрыт для проверки, опустить его нельзя.',
  'ballots.closed': 'Сейчас урна не принимает бюллетени.',
  'desk.unreachable': 'Стол регистрации не отвечает. Проверьте связь.',
  'desk.secret': 'Стол регистрации не узнал комиссию. Войдите заново.',
  'desk.served': 'Этот избиратель уже получил бюллетень.',
  'desk.elsewhere': 'Этот избиратель в списке другого участка.',
  'desk.style': 'На этом участке нет бюллетеней этого избирателя.',
  'desk.voter': 'Такого избирателя нет в списке одной из служб.',
  'commission.not-ready': 'Для этого шага ещё рано: журнал не дошёл до него.',
  'commission.shares': 'Годных долей пока не хватает. Дождитесь остальных хранителей.',
  'commission.stations':
    'Пока вы решали, замолчал ещё один терминал. Посмотрите раздел «Участки» и повторите.',
  'desk.closed': 'Службы уже подвели итог выдачи: новых отметок они не примут.',
  'cards.erased': 'Эта партия уже напечатана и пересчитана, её секреты стёрты.',
  'cards.unknown': 'Такой партии карточек нет.',
  'desk.station': 'Служба не знает такого участка.',
  'desk.rights': 'У этого ключа нет прав на этот участок.',
  'held.text': 'Числа продиктованы с ошибкой.',
  'queue.malformed': 'Это не файл очереди терминала.',
  'queue.truncated': 'Файл очереди оборван. Скопируйте его с терминала ещё раз.',
  'queue.foreign': 'Это очередь других выборов или чужого терминала.',
  'late.not-held': 'Закрытие этого терминала ещё не стоит в журнале.',
  'late.malformed': 'Урна не поняла бюллетень из очереди.',
  'late.proof': 'Этого бюллетеня нет в описи, с которой терминал закрылся.',
  'late.closed': 'Черта подсчёта уже проведена: эти бюллетени опоздали.',
  'trustee.board-unsound': 'Бюллетени в журнале не прошли проверку. Ничего не подсчитано.',
  'follower.election': 'Доска показывает не те выборы. Ничего не подписано.',
  'follower.rewritten': 'Журнал переписан задним числом. Ничего не подписано.',
  'request.too-many': 'Слишком много обращений. Подождите минуту.',
  'server.busy': 'Служба занята. Подождите немного.',
  'server.internal': 'На стороне службы сбой. Подождите и повторите.',
  'network.unreachable': 'Нет связи со службами. Проверьте сеть.',
  'network.offline': 'Эта машина не подключена к сети.',
  'network.garbage': 'Пришёл ответ не от службы. Проверьте сеть.',
  'network.server': 'На стороне службы сбой. Подождите и повторите.',
  'network.busy': 'Служба занята. Подождите немного.',
  'office.failed': 'На этой странице сбой. Обновите её, войдите заново и повторите.',
};

const UNREAD_BOARD = 'Журнал не прочитан или не заверен свидетелями.';

/** Whole families whose members the office can't tell apart. */
const FAMILIES: readonly (readonly [prefix: string, text: string])[] = [
  ['board.', UNREAD_BOARD],
  ['request.', 'Служба не поняла запрос этой страницы. Обновите страницу и повторите.'],
];

export function officeErrorText(code: string): string {
  const known = TEXTS[code];
  if (known !== undefined) return known;
  // Those of a log and its witnesses are single words: `quorum`, `bad-signature`.
  if (!code.includes('.')) return UNREAD_BOARD;
  return FAMILIES.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'Не получилось.';
}

/** What has no code is a fault of this page: whoever asks a service gives a code where it fails. */
export function errorCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'office.failed';
}
