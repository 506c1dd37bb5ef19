/** What a commission member reads when something goes wrong, by the stable code of the error. */

const TEXTS: Readonly<Record<string, string>> = {
  'control.unreachable': 'Учебная машина не отвечает. Проверьте, что она запущена.',
  'control.forbidden': 'Учебная машина не приняла команду. Обновите страницу.',
  'control.not-found': 'Файл ключей комиссии ещё не готов. Подождите несколько секунд.',
  'passphrase.wrong': 'Пароль не подошёл. Проверьте его по листу комиссии.',
  'passphrase.malformed': 'Файл ключей комиссии повреждён.',
  'box.unreachable': 'Урна не отвечает. Проверьте связь.',
  'entries.refused': 'Журнал не принял запись: на этом шаге она не по правилам голосования.',
  'entries.malformed': 'Журнал не понял запись.',
  'desk.unreachable': 'Стол регистрации не отвечает. Проверьте связь.',
  'desk.secret': 'Стол регистрации не узнал комиссию. Войдите заново.',
  'desk.voter': 'Такого избирателя нет в списке одной из служб.',
  'commission.not-ready': 'Для этого шага ещё рано: журнал не дошёл до него.',
  'commission.shares': 'Годных долей пока не хватает. Дождитесь остальных хранителей.',
  'commission.stations':
    'Пока вы решали, замолчал ещё один терминал. Посмотрите раздел «Участки» и повторите.',
  'cards.erased': 'Эта партия уже напечатана и пересчитана, её секреты стёрты.',
  'cards.unknown': 'Такой партии карточек нет.',
  'desk.station': 'Служба не знает такого участка.',
  'desk.rights': 'У этого ключа нет прав на этот участок.',
  'held.text': 'Числа продиктованы с ошибкой.',
  'queue.malformed': 'Это не файл очереди терминала.',
  'queue.truncated': 'Файл очереди оборван. Скопируйте его с терминала ещё раз.',
  'queue.foreign': 'Это очередь других выборов или чужого терминала.',
  'late.not-held': 'Закрытие этого терминала ещё не стоит в журнале.',
  'late.closed': 'Черта подсчёта уже проведена: эти бюллетени опоздали.',
  'trustee.board-unsound': 'Бюллетени в журнале не прошли проверку. Ничего не подсчитано.',
  'follower.election': 'Доска показывает не те выборы. Ничего не подписано.',
  'follower.rewritten': 'Журнал переписан задним числом. Ничего не подписано.',
  'request.too-many': 'Слишком много обращений. Подождите минуту.',
  'server.busy': 'Служба занята. Подождите немного.',
  'server.internal': 'На стороне службы сбой. Подождите и повторите.',
  'network.unreachable': 'Нет связи со службами. Проверьте сеть.',
};

export function officeErrorText(code: string): string {
  const known = TEXTS[code];
  if (known !== undefined) return known;
  if (code.startsWith('log.') || code.startsWith('board.')) {
    return 'Журнал не прочитан или не заверен свидетелями.';
  }
  return 'Не получилось.';
}

export function errorCode(error: unknown): string {
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') return code;
  // What `fetch` throws when nobody answers.
  return error instanceof TypeError ? 'network.unreachable' : 'office.failed';
}
