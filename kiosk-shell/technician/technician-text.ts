/** The technician's page in words: a title for each line, a sentence for each code, in three languages. */
import { getLocale, type Locale } from '@kabina/elements/localization';
import type { Line, LineId, LineState } from './report.ts';

type Sentence = string | ((line: { n: Readonly<Record<string, string>>; name: string }) => string);

interface Words {
  readonly title: string;
  readonly training: string;
  readonly lead: string;
  readonly verdicts: Readonly<Record<LineState | 'waiting', string>>;
  readonly states: Readonly<Record<LineState | 'waiting', string>>;
  readonly again: string;
  readonly save: string;
  readonly print: string;
  readonly printTest: string;
  readonly scanTest: string;
  readonly pair: string;
  readonly pairing: string;
  readonly bundle: string;
  /** Back to what the machine is for: its browser has no button for that. */
  readonly back: Readonly<Record<'kiosk' | 'desk', string>>;
  readonly slip: { readonly title: string; readonly line: string };
  readonly lines: Readonly<Record<LineId, string>>;
  readonly sentences: Readonly<Record<string, Sentence>>;
}

const ru: Words = {
  title: 'Проверка машины',
  training: 'ТРЕНИРОВОЧНОЕ ГОЛОСОВАНИЕ',
  lead: 'Перед открытием. Ничего не меняет и никуда не отправляет.',
  verdicts: {
    ok: 'Машина готова',
    warning: 'Работать можно, но есть замечания',
    fault: 'Открывать нельзя: есть неисправность',
    waiting: 'Проверяется…',
  },
  states: { ok: 'В порядке', warning: 'Замечание', fault: 'Неисправность', waiting: 'Проверяется' },
  again: 'Проверить снова',
  save: 'Сохранить сведения для поддержки',
  print: 'Распечатать отчёт',
  printTest: 'Пробная печать',
  scanTest: 'Считайте сканером любой код, кроме карточек избирателей.',
  pair: 'Подключить',
  pairing: 'Код сопряжения',
  bundle:
    'В файле версии, итоги проверки, коды неполадок и сколько бюллетеней в очереди. В нём нет ключей, избирателей, бюллетеней и времени точнее дня.',
  back: { kiosk: 'Вернуться к терминалу', desk: 'Вернуться к столу регистрации' },
  slip: {
    title: 'ПРОБНАЯ ПЕЧАТЬ',
    line: 'Это не квитанция. Кабина для голосования, проверка принтера.',
  },
  lines: {
    agent: 'Машина',
    key: 'Ключ машины',
    journal: 'Журналы',
    page: 'Страница на экране',
    build: 'Программа',
    clock: 'Часы',
    line: 'Связь с урной',
    storage: 'Хранилище браузера',
    disk: 'Место на диске',
    ballot: 'Пробный бюллетень',
    screen: 'Экран',
    printer: 'Принтер',
    scanner: 'Сканер',
    token: 'Считыватель токенов',
  },
  sentences: {
    'agent.kiosk': ({ name }) => `Киоск ${name}.`,
    'agent.desk': ({ name }) => `Стол регистрации участка ${name}.`,
    'agent.no-machine': 'Агент работает, но ключ машины не задан: участковый режим невозможен.',
    'agent.none': 'Агент не отвечает: страница открыта с другого сервера или агент остановлен.',
    'key.right': 'Совпадает с ключом этой машины в манифесте.',
    'key.foreign': 'В манифесте у этой машины другой ключ.',
    'key.unlisted': 'Такой машины в манифесте нет.',
    'key.unread': 'Не сверен с манифестом: нет связи или выборы ещё не заданы.',
    'key.none': 'Ключа нет.',
    'journal.kept': ({ n }) => `Целы. Начато: ${n['begun']}.`,
    'journal.empty': 'Ещё не начаты.',
    'journal.damaged': ({ name }) =>
      `Повреждены: ${name}. Голосование не начинать; порядок действий в инструкции техника.`,
    'journal.none': 'На этой машине не ведутся.',
    'page.watched': 'Под наблюдением: если замолчит на минуту, браузер перезапустится сам.',
    'page.hung': ({ n }) =>
      `Зависала. Перезапусков браузера с запуска агента: ${n['restarts']}. Если повторяется, замените машину.`,
    'page.unwatched': 'Здесь за ней не наблюдают.',
    'page.unknown': 'Наблюдает агент, а он не отвечает.',
    'build.whole': ({ n, name }) => `Файлы целы: ${n['files']}. Сборка ${name}.`,
    'build.changed': ({ n }) =>
      `Не совпадает файлов: ${n['changed']}. Установите программу заново.`,
    'build.unlisted': 'В сборке нет списка файлов, проверить её нельзя.',
    'build.unknown': 'Проверяет агент, а он не отвечает.',
    'clock.right': 'Сходятся с часами урны.',
    'clock.fast': ({ n }) => `Спешат на ${n['seconds']} с относительно урны.`,
    'clock.slow': ({ n }) => `Отстают на ${n['seconds']} с от урны.`,
    'clock.synchronised': 'Система сверяет их с сервером времени.',
    'clock.free': 'Сейчас не сверяются с сервером времени. Сравните с точным временем.',
    'clock.unknown': 'Неизвестно, сверяются ли. Сравните с точным временем.',
    'line.up': 'Урна отвечает.',
    'line.down': 'Связи нет. Участковый режим работает и без неё.',
    'line.no-election': 'Выборы ещё не заданы.',
    'storage.kept': ({ n }) => `Постоянное, свободно ${n['mebibytes']} МБ.`,
    'storage.not-kept': 'Браузер не обещает хранить данные. Проверьте политику браузера.',
    'storage.small': ({ n }) => `Свободно только ${n['mebibytes']} МБ.`,
    'disk.free': ({ n }) => `Свободно ${n['gibibytes']} ГБ.`,
    'disk.low': ({ n }) => `Мало: свободно ${n['gibibytes']} ГБ.`,
    'disk.full': ({ n }) => `Почти заполнен: свободно ${n['gibibytes']} ГБ.`,
    'disk.unknown': 'Проверяет агент, а он не отвечает.',
    'ballot.sealed': ({ n }) =>
      `Зашифрован и проверен за ${n['milliseconds']} мс. Его нельзя подсчитать.`,
    'ballot.slow': ({ n }) => `Зашифрован верно, но медленно: ${n['milliseconds']} мс.`,
    'ballot.failed': 'Не удалось зашифровать и проверить. Этой машиной пользоваться нельзя.',
    'screen.touch': ({ n }) => `${n['width']} × ${n['height']}, сенсорный.`,
    'screen.no-touch': ({ n }) => `${n['width']} × ${n['height']}, касаний нет.`,
    'screen.small': ({ n }) => `${n['width']} × ${n['height']}: мал для бюллетеня.`,
    'printer.ready': 'Подключён. Сделайте пробную печать.',
    'printer.printed': 'Пробная печать прошла.',
    'printer.none': 'Не найден, или браузеру он не разрешён.',
    'printer.fails': ({ name }) => `Не печатает (${name}).`,
    'scanner.connected': 'Подключён.',
    'scanner.read': 'Код прочитан.',
    'scanner.unknown':
      'Ещё не проверен: сканер, который печатает как клавиатура, виден только в работе.',
    'token.readers': ({ n }) => `Найдено: ${n['readers']}.`,
    'token.none': 'Не найден.',
    'token.unpaired': 'Нужен код сопряжения с агентом.',
    'token.fails': ({ name }) => `Не отвечает (${name}).`,
  },
};

const kk: Words = {
  title: 'Машинаны тексеру',
  training: 'ЖАТТЫҒУ ДАУЫС БЕРУІ',
  lead: 'Ашылар алдында. Ештеңені өзгертпейді және ешқайда жібермейді.',
  verdicts: {
    ok: 'Машина дайын',
    warning: 'Жұмыс істеуге болады, бірақ ескертулер бар',
    fault: 'Ашуға болмайды: ақау бар',
    waiting: 'Тексерілуде…',
  },
  states: { ok: 'Дұрыс', warning: 'Ескерту', fault: 'Ақау', waiting: 'Тексерілуде' },
  again: 'Қайта тексеру',
  save: 'Қолдау қызметіне мәліметті сақтау',
  print: 'Есепті басып шығару',
  printTest: 'Сынақ басып шығару',
  scanTest: 'Сайлаушы карточкасынан басқа кез келген кодты сканермен оқыңыз.',
  pair: 'Қосу',
  pairing: 'Жұптау коды',
  bundle:
    'Файлда нұсқалар, тексеру қорытындысы, ақау кодтары және кезектегі бюллетень саны бар. Онда кілттер, сайлаушылар, бюллетеньдер және күннен дәл уақыт жоқ.',
  back: { kiosk: 'Терминалға оралу', desk: 'Тіркеу үстеліне оралу' },
  slip: {
    title: 'СЫНАҚ БАСЫП ШЫҒАРУ',
    line: 'Бұл түбіртек емес. Дауыс беру кабинасы, принтерді тексеру.',
  },
  lines: {
    agent: 'Машина',
    key: 'Машина кілті',
    journal: 'Журналдар',
    page: 'Экрандағы бет',
    build: 'Бағдарлама',
    clock: 'Сағат',
    line: 'Жәшікпен байланыс',
    storage: 'Браузер қоймасы',
    disk: 'Дискідегі орын',
    ballot: 'Сынақ бюллетені',
    screen: 'Экран',
    printer: 'Принтер',
    scanner: 'Сканер',
    token: 'Токен оқу құрылғысы',
  },
  sentences: {
    'agent.kiosk': ({ name }) => `${name} киоскісі.`,
    'agent.desk': ({ name }) => `${name} учаскесінің тіркеу үстелі.`,
    'agent.no-machine':
      'Агент жұмыс істейді, бірақ машина кілті берілмеген: учаске режимі мүмкін емес.',
    'agent.none': 'Агент жауап бермейді: бет басқа серверден ашылған немесе агент тоқтатылған.',
    'key.right': 'Манифестегі осы машинаның кілтімен сәйкес.',
    'key.foreign': 'Манифесте бұл машинаның кілті басқа.',
    'key.unlisted': 'Манифесте мұндай машина жоқ.',
    'key.unread': 'Манифестпен салыстырылмады: байланыс жоқ немесе сайлау әлі берілмеген.',
    'key.none': 'Кілт жоқ.',
    'journal.kept': ({ n }) => `Бүтін. Басталғаны: ${n['begun']}.`,
    'journal.empty': 'Әлі басталған жоқ.',
    'journal.damaged': ({ name }) =>
      `Бүлінген: ${name}. Дауыс беруді бастамаңыз; әрекет тәртібі техник нұсқаулығында.`,
    'journal.none': 'Бұл машинада жүргізілмейді.',
    'page.watched': 'Бақылауда: бір минут үнсіз қалса, браузер өзі қайта іске қосылады.',
    'page.hung': ({ n }) =>
      `Қатып қалған. Агент іске қосылғалы браузер ${n['restarts']} рет қайта іске қосылды. Қайталанса, машинаны ауыстырыңыз.`,
    'page.unwatched': 'Мұнда ол бақыланбайды.',
    'page.unknown': 'Агент бақылайды, бірақ ол жауап бермейді.',
    'build.whole': ({ n, name }) => `Файлдар бүтін: ${n['files']}. Құрастырма ${name}.`,
    'build.changed': ({ n }) =>
      `Сәйкес емес файлдар: ${n['changed']}. Бағдарламаны қайта орнатыңыз.`,
    'build.unlisted': 'Құрастырмада файлдар тізімі жоқ, оны тексеру мүмкін емес.',
    'build.unknown': 'Агент тексереді, бірақ ол жауап бермейді.',
    'clock.right': 'Жәшік сағатымен сәйкес.',
    'clock.fast': ({ n }) => `Жәшіктен ${n['seconds']} с озып тұр.`,
    'clock.slow': ({ n }) => `Жәшіктен ${n['seconds']} с қалып тұр.`,
    'clock.synchronised': 'Жүйе оны уақыт серверімен салыстырады.',
    'clock.free': 'Қазір уақыт серверімен салыстырылмайды. Дәл уақытпен салыстырыңыз.',
    'clock.unknown': 'Салыстырылатыны белгісіз. Дәл уақытпен салыстырыңыз.',
    'line.up': 'Жәшік жауап береді.',
    'line.down': 'Байланыс жоқ. Учаске режимі онсыз да жұмыс істейді.',
    'line.no-election': 'Сайлау әлі берілмеген.',
    'storage.kept': ({ n }) => `Тұрақты, бос орын ${n['mebibytes']} МБ.`,
    'storage.not-kept': 'Браузер деректерді сақтауға уәде бермейді. Браузер саясатын тексеріңіз.',
    'storage.small': ({ n }) => `Бос орын тек ${n['mebibytes']} МБ.`,
    'disk.free': ({ n }) => `Бос орын ${n['gibibytes']} ГБ.`,
    'disk.low': ({ n }) => `Аз: бос орын ${n['gibibytes']} ГБ.`,
    'disk.full': ({ n }) => `Толып қалды: бос орын ${n['gibibytes']} ГБ.`,
    'disk.unknown': 'Агент тексереді, бірақ ол жауап бермейді.',
    'ballot.sealed': ({ n }) =>
      `${n['milliseconds']} мс ішінде шифрланып, тексерілді. Оны санауға болмайды.`,
    'ballot.slow': ({ n }) => `Дұрыс, бірақ баяу шифрланды: ${n['milliseconds']} мс.`,
    'ballot.failed': 'Шифрлау мен тексеру сәтсіз. Бұл машинаны пайдалануға болмайды.',
    'screen.touch': ({ n }) => `${n['width']} × ${n['height']}, сенсорлы.`,
    'screen.no-touch': ({ n }) => `${n['width']} × ${n['height']}, сенсорсыз.`,
    'screen.small': ({ n }) => `${n['width']} × ${n['height']}: бюллетень үшін кіші.`,
    'printer.ready': 'Қосылған. Сынақ басып шығаруды жасаңыз.',
    'printer.printed': 'Сынақ басып шығару өтті.',
    'printer.none': 'Табылмады немесе браузерге рұқсат етілмеген.',
    'printer.fails': ({ name }) => `Басып шығармайды (${name}).`,
    'scanner.connected': 'Қосылған.',
    'scanner.read': 'Код оқылды.',
    'scanner.unknown': 'Әлі тексерілмеді: пернетақта сияқты теретін сканер тек жұмыста көрінеді.',
    'token.readers': ({ n }) => `Табылды: ${n['readers']}.`,
    'token.none': 'Табылмады.',
    'token.unpaired': 'Агентпен жұптау коды керек.',
    'token.fails': ({ name }) => `Жауап бермейді (${name}).`,
  },
};

const en: Words = {
  title: 'Machine check',
  training: 'TRAINING ELECTION',
  lead: 'Before opening. It changes nothing and sends nothing.',
  verdicts: {
    ok: 'The machine is ready',
    warning: 'It can be used, with remarks',
    fault: 'Do not open: there is a fault',
    waiting: 'Checking…',
  },
  states: { ok: 'Fine', warning: 'Remark', fault: 'Fault', waiting: 'Checking' },
  again: 'Check again',
  save: 'Save a file for support',
  print: 'Print the report',
  printTest: 'Test print',
  scanTest: 'Scan any code but a voter’s card.',
  pair: 'Connect',
  pairing: 'Pairing code',
  bundle:
    'The file has versions, the results of this check, codes of troubles and how many ballots are in the queue. It has no keys, no voters, no ballots and no time finer than the day.',
  back: { kiosk: 'Back to the terminal', desk: 'Back to the registration desk' },
  slip: { title: 'TEST PRINT', line: 'This is no receipt. Voting booth, printer check.' },
  lines: {
    agent: 'Machine',
    key: 'Machine’s key',
    journal: 'Journals',
    page: 'Page on the screen',
    build: 'Program',
    clock: 'Clock',
    line: 'Line to the ballot box',
    storage: 'Browser’s storage',
    disk: 'Disk space',
    ballot: 'Test ballot',
    screen: 'Screen',
    printer: 'Printer',
    scanner: 'Scanner',
    token: 'Token reader',
  },
  sentences: {
    'agent.kiosk': ({ name }) => `Kiosk ${name}.`,
    'agent.desk': ({ name }) => `Registration desk of station ${name}.`,
    'agent.no-machine': 'The agent runs, but has no machine key: station mode is not possible.',
    'agent.none': 'No agent answers: the page comes from another server, or the agent has stopped.',
    'key.right': 'It is the one that the manifest has for this machine.',
    'key.foreign': 'The manifest has another key for this machine.',
    'key.unlisted': 'The manifest has no such machine.',
    'key.unread': 'Not compared with the manifest: there is no line, or no election yet.',
    'key.none': 'There is no key.',
    'journal.kept': ({ n }) => `Whole. Begun: ${n['begun']}.`,
    'journal.empty': 'Not begun yet.',
    'journal.damaged': ({ name }) =>
      `Damaged: ${name}. Do not begin voting; the technician’s guide says what to do.`,
    'journal.none': 'This machine keeps none.',
    'page.watched': 'Watched: if it is silent for a minute, the browser starts anew by itself.',
    'page.hung': ({ n }) =>
      `It has hung. The browser was restarted since the agent’s start: ${n['restarts']}. If it happens again, replace the machine.`,
    'page.unwatched': 'Nobody watches it here.',
    'page.unknown': 'The agent watches it, and does not answer.',
    'build.whole': ({ n, name }) => `Files are whole: ${n['files']}. Build ${name}.`,
    'build.changed': ({ n }) => `Files that differ: ${n['changed']}. Install the program again.`,
    'build.unlisted': 'The build has no list of its files and can’t be checked.',
    'build.unknown': 'The agent checks it, and does not answer.',
    'clock.right': 'It agrees with the ballot box.',
    'clock.fast': ({ n }) => `It is ${n['seconds']} s ahead of the ballot box.`,
    'clock.slow': ({ n }) => `It is ${n['seconds']} s behind the ballot box.`,
    'clock.synchronised': 'The system holds it to a time server.',
    'clock.free': 'It is not held to a time server now. Compare it with the exact time.',
    'clock.unknown':
      'It is not known whether it is held to a server. Compare it with the exact time.',
    'line.up': 'The ballot box answers.',
    'line.down': 'There is no line. Station mode works without it.',
    'line.no-election': 'There is no election yet.',
    'storage.kept': ({ n }) => `Persistent, ${n['mebibytes']} MB free.`,
    'storage.not-kept': 'The browser does not promise to keep data. Check the browser’s policy.',
    'storage.small': ({ n }) => `Only ${n['mebibytes']} MB free.`,
    'disk.free': ({ n }) => `${n['gibibytes']} GB free.`,
    'disk.low': ({ n }) => `Little room: ${n['gibibytes']} GB free.`,
    'disk.full': ({ n }) => `Almost full: ${n['gibibytes']} GB free.`,
    'disk.unknown': 'The agent checks it, and does not answer.',
    'ballot.sealed': ({ n }) =>
      `Encrypted and checked in ${n['milliseconds']} ms. It can’t be counted.`,
    'ballot.slow': ({ n }) => `Encrypted rightly, but slowly: ${n['milliseconds']} ms.`,
    'ballot.failed': 'It could not be encrypted and checked. Do not use this machine.',
    'screen.touch': ({ n }) => `${n['width']} × ${n['height']}, touch.`,
    'screen.no-touch': ({ n }) => `${n['width']} × ${n['height']}, no touch.`,
    'screen.small': ({ n }) => `${n['width']} × ${n['height']}: small for a ballot paper.`,
    'printer.ready': 'Connected. Make a test print.',
    'printer.printed': 'The test print has gone through.',
    'printer.none': 'Not found, or the browser may not use it.',
    'printer.fails': ({ name }) => `It does not print (${name}).`,
    'scanner.connected': 'Connected.',
    'scanner.read': 'A code was read.',
    'scanner.unknown':
      'Not tested yet: a scanner that types like a keyboard shows only when it works.',
    'token.readers': ({ n }) => `Found: ${n['readers']}.`,
    'token.none': 'Not found.',
    'token.unpaired': 'It takes the agent’s pairing code.',
    'token.fails': ({ name }) => `It does not answer (${name}).`,
  },
};

export const WORDS: Readonly<Record<Locale, Words>> = { ru, kk, en };

/** In the page's language. */
export const words = (): Words => WORDS[getLocale()];

/** What a line says. */
export function sentence({ code, numbers = {}, name = '' }: Line): string {
  const said = words().sentences[code];
  if (typeof said !== 'function') return said ?? code;
  const written = Object.entries(numbers).map(([key, n]) => [key, n.toLocaleString(getLocale())]);
  return said({ n: Object.fromEntries(written) as Record<string, string>, name });
}
