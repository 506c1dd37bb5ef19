/**
 * What a person reads when something goes wrong: one place for every stable code of the booth, the
 * portal and the station (`station-text.ts`). Two sentences: what happened, and what to do. The code itself is shown small beside
 * them, for whoever helps.
 */
import { msg } from '@lit/localize';
import { STATION_FAMILIES, STATION_TEXTS } from './station-text.ts';

export interface ErrorText {
  readonly message: string;
  readonly advice: string;
}

export type Entry = () => ErrorText;

const wait = () => msg('Подождите немного и попробуйте ещё раз.');
const callHelp = () => msg('Обратитесь к члену комиссии или в службу поддержки.');
const notLost = () => msg('Уже принятые бюллетени не пропали.');
const startOver = () => msg('Вернитесь к списку и заполните бюллетень ещё раз.');

const offline: Entry = () => ({
  message: msg('Нет связи с сетью.'),
  advice: msg('Проверьте подключение. Мы продолжим, как только связь появится.'),
});
const unreachable: Entry = () => ({
  message: msg('Сервис не отвечает.'),
  advice: msg('Попробуем ещё раз сами. Ждать не обязательно: повторить можно и вручную.'),
});
const busy: Entry = () => ({
  message: msg('Сейчас слишком много обращений.'),
  advice: wait(),
});
const faulty: Entry = () => ({
  message: msg('На стороне сервиса произошёл сбой.'),
  advice: `${notLost()} ${wait()}`,
});
const untrusted: Entry = () => ({
  message: msg('Сервис показал не то голосование, которому доверяет эта страница.'),
  advice: msg('Голосовать здесь сейчас небезопасно. Сообщите об этом комиссии.'),
});
const expired: Entry = () => ({
  message: msg('Время сеанса вышло.'),
  advice: msg('Войдите ещё раз: всё остальное сохранилось.'),
});
const closed: Entry = () => ({
  message: msg('Голосование закончилось, урна больше не принимает бюллетени.'),
  advice: msg('Уже принятые бюллетени будут учтены.'),
});
const unknownVoter: Entry = () => ({
  message: msg('Такого кода или логина нет в списке.'),
  advice: msg('Проверьте, правильно ли он введён, и попробуйте ещё раз.'),
});
const taken: Entry = () => ({
  message: msg('По этому бюллетеню урна уже приняла голос.'),
  advice: msg('Второй раз опустить его нельзя. Принятый голос будет учтён.'),
});
const served: Entry = () => ({
  message: msg('Право на этот бюллетень уже получено на другом устройстве.'),
  advice: msg('Продолжите на том устройстве или введите здесь код восстановления с него.'),
});
const refused: Entry = () => ({
  message: msg('Урна не приняла бюллетень.'),
  advice: `${notLost()} ${startOver()}`,
});
const internal: Entry = () => ({
  message: msg('Внутренняя ошибка на этом устройстве.'),
  advice: `${notLost()} ${callHelp()}`,
});

const TEXTS: Readonly<Record<string, Entry>> = {
  'network.offline': offline,
  'network.unreachable': unreachable,
  'network.garbage': faulty,
  'network.busy': busy,
  'network.server': faulty,
  'server.busy': busy,
  'server.internal': faulty,
  'request.too-many': busy,
  'request.timeout': unreachable,

  'board.manifest': untrusted,
  'board.checkpoint': untrusted,
  'board.opened': untrusted,
  'board.witnesses': () => ({
    message: msg('Журнал пока не заверен независимыми наблюдателями.'),
    advice: `${msg('Без этого голосовать небезопасно.')} ${wait()}`,
  }),
  'board.not-open': () => ({
    message: msg('Голосование ещё не открыто.'),
    advice: msg('Зайдите после открытия.'),
  }),

  'login.unknown': unknownVoter,
  'login.code-wrong': unknownVoter,
  'login.method': () => ({
    message: msg('Здесь нельзя войти таким способом.'),
    advice: callHelp(),
  }),
  'login.too-many': () => ({
    message: msg('Слишком много попыток входа.'),
    advice: wait(),
  }),
  'access-code.form': () => ({
    message: msg('Код доступа состоит из десяти знаков: пять и ещё пять.'),
    advice: msg('Введите его так, как он напечатан на листке.'),
  }),
  'codes.wrong': () => ({
    message: msg('Код не подошёл.'),
    advice: msg('Проверьте последнее сообщение и введите код ещё раз.'),
  }),
  'codes.expired': () => ({
    message: msg('Срок действия кода вышел.'),
    advice: msg('Запросите новый код.'),
  }),
  'codes.too-soon': () => ({
    message: msg('Новый код можно запросить не чаще раза в минуту.'),
    advice: wait(),
  }),
  'codes.not-sent': () => ({
    message: msg('Не удалось отправить код.'),
    advice: wait(),
  }),
  'sessions.expired': expired,
  'session.missing': expired,
  'session.not-ready': expired,
  'voter.disagree': () => ({
    message: msg('Две службы по-разному определили, кто вы или какие у вас бюллетени.'),
    advice: callHelp(),
  }),

  'voter.other': () => ({
    message: msg('Вошёл другой избиратель, а начатое голосование не закончено.'),
    advice: msg('Войдите как тот, кто начал, или завершите его сеанс.'),
  }),

  'permits.served': served,
  'permits.bad': () => ({
    message: msg('Разрешение на бюллетень не прошло проверку.'),
    advice: callHelp(),
  }),
  'permits.closed': () => ({
    message: msg('Выдача бюллетеней закончилась.'),
    advice: msg('Уже выданные бюллетени можно опустить в урну до конца голосования.'),
  }),
  'permits.contest': () => ({
    message: msg('Этот бюллетень вам не положен.'),
    advice: callHelp(),
  }),
  'recovery.form': () => ({
    message: msg('В коде восстановления ошибка.'),
    advice: msg('Проверьте каждый знак и введите код ещё раз.'),
  }),
  'recovery.other': () => ({
    message: msg('Это код восстановления другого избирателя.'),
    advice: msg('Введите код с того устройства, на котором вы начали голосовать.'),
  }),

  'ballots.revision-taken': taken,
  'ballots.core-opened': () => ({
    message: msg('Этот бюллетень вскрыт для проверки, опустить его в урну нельзя.'),
    advice: startOver(),
  }),
  'challenges.cast': taken,
  'challenges.closed': closed,
  'ballots.closed': closed,
  'ballots.withdrawn': () => ({
    message: msg('Пока вы заполняли бюллетень, один из кандидатов был снят.'),
    advice: msg('Проверьте свои отметки.'),
  }),
  'box.promise': () => ({
    message: msg('Ответ урны не прошёл проверку.'),
    advice: `${msg('Сообщите об этом комиссии.')} ${wait()}`,
  }),
  'proofs.not-yet': () => ({
    message: msg('Журнал ещё не заверил эту запись.'),
    advice: wait(),
  }),
  'box.proof': () => ({
    message: msg('Журнал не смог доказать, что бюллетень в нём есть.'),
    advice: msg('Сохраните квитанцию и сообщите об этом наблюдателям.'),
  }),

  'receipts.foreign-revision': () => ({
    message: msg('В журнале есть более поздний бюллетень, которого это устройство не отправляло.'),
    advice: msg('Если его отправили не вы, проголосуйте ещё раз и сообщите комиссии.'),
  }),

  'config.issuers': () => ({
    message: msg('Страница настроена не для этого голосования.'),
    advice: msg('Сообщите об этом тем, кто её открыл для вас.'),
  }),
  'marks.shape': () => ({
    message: msg('В бюллетене слишком много или слишком мало отметок.'),
    advice: msg('Проверьте свои отметки.'),
  }),
  'keeper.failed': () => ({
    message: msg('Устройство не может сохранить то, что нужно, чтобы голос не пропал.'),
    advice: msg(
      'Освободите место, выйдите из частного режима браузера или возьмите другое устройство.',
    ),
  }),
  'keeper.held': () => ({
    message: msg('Это голосование уже открыто на другой странице этого устройства.'),
    advice: msg('Продолжите там или закройте ту страницу и попробуйте ещё раз.'),
  }),
  'keeper.damaged': () => ({
    message: msg('Сохранённое на этом устройстве не читается.'),
    advice: callHelp(),
  }),
  'worker.failed': internal,
  'desk.failed': internal,
  'send.failed': internal,
  'outbox.taken': internal,
  'session.illegal': internal,
  'session.pending': () => ({
    message: msg('Урна ещё не ответила.'),
    advice: msg('Дождитесь ответа: бюллетень уже отправлен.'),
  }),

  ...STATION_TEXTS,
};

/** Whole families whose members a voter can't tell apart. */
const FAMILIES: readonly (readonly [prefix: string, entry: Entry])[] = [
  ['network.', unreachable],
  ['ballots.', refused],
  ['challenges.', refused],
  ['permits.', () => ({ message: msg('Не удалось получить бюллетень.'), advice: callHelp() })],
  ['login.', unknownVoter],
  ['codes.', () => ({ message: msg('Не удалось проверить код.'), advice: wait() })],
  ['board.', untrusted],
  ['request.', internal],
  ...STATION_FAMILIES,
];

/** Text for a stable error code, in the language of the page; any code has one. */
export function errorText(code: string): ErrorText {
  const entry =
    TEXTS[code] ?? FAMILIES.find(([prefix]) => code.startsWith(prefix))?.[1] ?? unexpected;
  return entry();
}

function unexpected(): ErrorText {
  return { message: msg('Что-то пошло не так.'), advice: `${notLost()} ${callHelp()}` };
}

/** The codes with a text of their own; the test compares them with the booth's list. */
export const knownCodes: readonly string[] = Object.keys(TEXTS);
