/**
 * The page's texts in one table. Each has all three languages: a missing one does not compile, and
 * a test holds the placeholders of the languages against each other.
 */
import type { Localized } from '@kabina/election/manifest';
import { boardTexts } from './board-texts.ts';

export const languages = ['ru', 'kk', 'en'] as const;
export type Language = (typeof languages)[number];

export const languageNames: Readonly<Record<Language, string>> = {
  ru: 'Русский',
  kk: 'Қазақша',
  en: 'English',
};

type Text = Readonly<Record<Language, string>>;

export const texts = {
  title: { ru: 'Наблюдатель', kk: 'Бақылаушы', en: 'Observer' },
  lead: {
    ru: 'Эта страница сама скачивает открытый журнал голосования и проверяет его целиком в вашем браузере. Она не верит ни порталу, ни этому сайту на слово.',
    kk: 'Бұл бет дауыс берудің ашық журналын өзі жүктеп алып, оны толығымен браузеріңізде тексереді. Ол порталдың да, осы сайттың да сөзіне сенбейді.',
    en: 'This page downloads the public log of the election and checks all of it in your browser. It takes neither the portal’s word nor this site’s.',
  },
  language: { ru: 'Язык', kk: 'Тіл', en: 'Language' },
  training: {
    ru: 'Тренировочное голосование',
    kk: 'Жаттығу дауыс беруі',
    en: 'Training election',
  },
  trainingNote: {
    ru: 'Голоса в нём ничего не решают.',
    kk: 'Мұндағы дауыстар ештеңе шешпейді.',
    en: 'Its votes decide nothing.',
  },
  source: { ru: 'Что проверяется', kk: 'Не тексеріледі', en: 'What is checked' },
  address: { ru: 'Адрес журнала', kk: 'Журналдың мекенжайы', en: 'Address of the log' },
  addressHint: {
    ru: 'Например, https://пример.рф/board/. Годится и любая копия журнала.',
    kk: 'Мысалы, https://example.org/board/. Журналдың кез келген көшірмесі де жарайды.',
    en: 'For example https://example.org/board/. Any copy of the log will do.',
  },
  addressWrong: {
    ru: 'Это не адрес: он начинается с http:// или https://.',
    kk: 'Бұл мекенжай емес: ол http:// немесе https:// деп басталады.',
    en: 'This is not an address: it begins with http:// or https://.',
  },
  electionId: {
    ru: 'Идентификатор выборов',
    kk: 'Сайлау идентификаторы',
    en: 'Election id',
  },
  electionIdHint: {
    ru: 'Возьмите его из источника, которому доверяете: из газеты, от наблюдателей, из решения комиссии.',
    kk: 'Оны сенімді дереккөзден алыңыз: газеттен, бақылаушылардан, комиссияның шешімінен.',
    en: 'Take it from a source that you trust: a newspaper, observers, the commission’s decision.',
  },
  electionIdWrong: {
    ru: 'В идентификаторе 64 знака: цифры и латинские буквы от a до f.',
    kk: 'Идентификаторда 64 таңба бар: цифрлар және a-дан f-ке дейінгі латын әріптері.',
    en: 'The id has 64 characters: digits and the letters a to f.',
  },
  pinnedPerson: {
    ru: 'Журнал сверен с идентификатором, который задали вы.',
    kk: 'Журнал сіз көрсеткен идентификатормен салыстырылды.',
    en: 'The log is held to the id that you gave.',
  },
  pinnedServer: {
    ru: 'Идентификатор подсказал этот сервер. Сравните его с независимым источником.',
    kk: 'Идентификаторды осы сервер ұсынды. Оны тәуелсіз дереккөзбен салыстырыңыз.',
    en: 'This server suggested the id. Compare it with an independent source.',
  },
  pinnedNone: {
    ru: 'Идентификатор не задан: журнал может оказаться от других выборов. Сравните его с независимым источником.',
    kk: 'Идентификатор көрсетілмеген: журнал басқа сайлаудікі болуы мүмкін. Оны тәуелсіз дереккөзбен салыстырыңыз.',
    en: 'No id was given: the log could be of another election. Compare it with an independent source.',
  },
  check: { ru: 'Проверить', kk: 'Тексеру', en: 'Check' },
  checkAgain: { ru: 'Проверить заново', kk: 'Қайта тексеру', en: 'Check again' },
  verdict: { ru: 'Вердикт', kk: 'Қорытынды', en: 'Verdict' },
  idle: {
    ru: 'Укажите адрес журнала.',
    kk: 'Журналдың мекенжайын көрсетіңіз.',
    en: 'Enter the address of a log.',
  },
  idWrong: {
    ru: 'Исправьте идентификатор.',
    kk: 'Идентификаторды түзетіңіз.',
    en: 'Correct the id.',
  },
  running: { ru: 'Идёт проверка', kk: 'Тексеру жүріп жатыр', en: 'Checking' },
  reading: {
    ru: 'Прочитано записей: {done} из {total}',
    kk: 'Оқылған жазбалар: {total} ішінен {done}',
    en: 'Entries read: {done} of {total}',
  },
  checking: {
    ru: 'Проверено бюллетеней: {done} из {total}',
    kk: 'Тексерілген бюллетеньдер: {total} ішінен {done}',
    en: 'Ballots checked: {done} of {total}',
  },
  verified: { ru: 'Всё сходится', kk: 'Бәрі сәйкес келеді', en: 'Verified' },
  verifiedNote: {
    ru: 'Каждая проверка пройдена: бюллетени подлинные, ни один не потерян и не добавлен, итог пересчитан и совпал.',
    kk: 'Әр тексеру өтті: бюллетеньдер шынайы, бірде-біреуі жоғалмаған және қосылмаған, қорытынды қайта есептелді және сәйкес келді.',
    en: 'Every check passed: the ballots are genuine, none was lost or added, and the result was recounted and agrees.',
  },
  failed: { ru: 'Найдены нарушения', kk: 'Бұзушылықтар табылды', en: 'Something is wrong' },
  failedNote: {
    ru: 'Хотя бы одна проверка не пройдена. Сохраните копию журнала: это доказательство.',
    kk: 'Кемінде бір тексеру өтпеді. Журналдың көшірмесін сақтаңыз: бұл дәлел.',
    en: 'At least one check failed. Keep a copy of the log: it is evidence.',
  },
  incomplete: { ru: 'Пока не всё', kk: 'Әзірге бәрі емес', en: 'Not complete yet' },
  incompleteNote: {
    ru: 'Нарушений не найдено, но проверить можно ещё не всё: голосование не окончено или не хватает данных.',
    kk: 'Бұзушылық табылмады, бірақ әлі бәрін тексеру мүмкін емес: дауыс беру аяқталмаған немесе деректер жетіспейді.',
    en: 'Nothing wrong was found, but not everything can be checked yet: voting is not over, or data are missing.',
  },
  broken: { ru: 'Журнал не прочитан', kk: 'Журнал оқылмады', en: 'The log could not be read' },
  brokenNote: {
    ru: 'Проверьте адрес и связь. Сайт, с которого открыта страница, может разрешать ей обращаться не ко всем адресам.',
    kk: 'Мекенжай мен байланысты тексеріңіз. Бет ашылған сайт оған барлық мекенжайға жүгінуге рұқсат бермеуі мүмкін.',
    en: 'Check the address and the connection. The site that serves this page may not let it reach every address.',
  },
  entries: { ru: 'Записей проверено', kk: 'Тексерілген жазбалар', en: 'Entries checked' },
  liveEntries: { ru: 'Записей сейчас', kk: 'Қазіргі жазбалар', en: 'Entries now' },
  countedBallots: {
    ru: 'Учитывается бюллетеней',
    kk: 'Есепке алынатын бюллетеньдер',
    en: 'Ballots that count',
  },
  phase: { ru: 'Этап', kk: 'Кезең', en: 'Stage' },
  grown: {
    ru: 'Журнал вырос. Проверьте заново, чтобы учесть новые записи.',
    kk: 'Журнал өсті. Жаңа жазбаларды ескеру үшін қайта тексеріңіз.',
    en: 'The log has grown. Check again to take the new entries in.',
  },
  rewritten: {
    ru: 'Журнал подменён: теперь он начинается не с тех записей, что были проверены. Сохраните эту страницу и сообщите наблюдателям.',
    kk: 'Журнал ауыстырылған: ол енді тексерілген жазбалардан басталмайды. Осы бетті сақтап, бақылаушыларға хабарлаңыз.',
    en: 'The log was replaced: it no longer begins with the entries that were checked. Keep this page and tell observers.',
  },
  remembered: {
    ru: 'Браузер помнит {size} записей, проверенных {seen}, и в следующий раз сверит журнал с ними.',
    kk: 'Браузер {seen} тексерілген {size} жазбаны есте сақтайды және келесіде журналды солармен салыстырады.',
    en: 'This browser remembers {size} entries checked on {seen}, and will hold the log to them next time.',
  },
  held: {
    ru: 'Журнал сверен с тем, что этот браузер видел раньше.',
    kk: 'Журнал осы браузер бұрын көрген журналмен салыстырылды.',
    en: 'The log was held to what this browser had seen before.',
  },
  forget: { ru: 'Забыть', kk: 'Ұмыту', en: 'Forget' },
  checks: { ru: 'Проверки', kk: 'Тексерулер', en: 'Checks' },
  ofExpected: {
    ru: '{checked} из {expected}',
    kk: '{expected} ішінен {checked}',
    en: '{checked} of {expected}',
  },
  statusPassed: { ru: 'Пройдена', kk: 'Өтті', en: 'Passed' },
  statusFailed: { ru: 'Не пройдена', kk: 'Өтпеді', en: 'Failed' },
  statusIncomplete: { ru: 'Не полна', kk: 'Толық емес', en: 'Incomplete' },
  statusRunning: { ru: 'Идёт', kk: 'Жүріп жатыр', en: 'Running' },
  statusWaiting: { ru: 'Впереди', kk: 'Алда', en: 'To come' },
  statusNone: { ru: 'Не применима', kk: 'Қолданылмайды', en: 'Not applicable' },
  entry: { ru: 'Запись {index}', kk: '{index}-жазба', en: 'Entry {index}' },
  problems: {
    ru: 'Что не так (всего: {count})',
    kk: 'Не дұрыс емес (барлығы: {count})',
    en: 'What is wrong (in all: {count})',
  },
  more: { ru: 'и ещё {count}', kk: 'және тағы {count}', en: 'and {count} more' },
  results: { ru: 'Пересчитанный итог', kk: 'Қайта есептелген қорытынды', en: 'Recounted result' },
  resultsNote: {
    ru: 'Числа получены здесь из самих бюллетеней и долей хранителей ключа, а не взяты у комиссии.',
    kk: 'Сандар комиссиядан алынған жоқ, осында бюллетеньдердің өзінен және кілт сақтаушылардың үлестерінен алынды.',
    en: 'These numbers come from the ballots themselves and the key holders’ shares, not from the commission.',
  },
  noResults: {
    ru: 'Итог появится после окончания голосования и расшифровки.',
    kk: 'Қорытынды дауыс беру аяқталып, шифры ашылғаннан кейін пайда болады.',
    en: 'There will be a result after voting has ended and the sums are decrypted.',
  },
  option: { ru: 'Вариант', kk: 'Нұсқа', en: 'Option' },
  votes: { ru: 'Голосов', kk: 'Дауыс', en: 'Votes' },
  share: { ru: 'Доля', kk: 'Үлесі', en: 'Share' },
  blank: { ru: 'Без отметок', kk: 'Белгісіз', en: 'Blank' },
  withdrawn: { ru: 'выбыл', kk: 'шығып қалды', en: 'withdrawn' },
  ballots: {
    ru: 'Учтено бюллетеней: {count}',
    kk: 'Есепке алынған бюллетеньдер: {count}',
    en: 'Ballots counted: {count}',
  },
  notDecrypted: {
    ru: 'Бюллетеней слишком мало ({count}): чтобы не раскрыть чей-то голос, итог не расшифровывается.',
    kk: 'Бюллетеньдер тым аз ({count}): біреудің дауысын ашпау үшін қорытынды шифры ашылмайды.',
    en: 'Too few ballots ({count}): the result is not decrypted, so that nobody’s vote is disclosed.',
  },
  protocol: {
    ru: 'Протокол об итогах голосования',
    kk: 'Дауыс беру қорытындысы туралы хаттама',
    en: 'Results protocol',
  },
  protocolSigned: { ru: 'Подписан {time}', kk: '{time} қол қойылды', en: 'Signed {time}' },
  roll: {
    ru: 'Кто подписал протоколы',
    kk: 'Хаттамаларға кім қол қойды',
    en: 'Who has signed the protocols',
  },
  rollToken: {
    ru: 'электронная подпись проверена',
    kk: 'электрондық қолтаңба тексерілді',
    en: 'electronic signature verified',
  },
  rollWord: {
    ru: 'подписал(а), по заявлению комиссии',
    kk: 'комиссияның мәлімдеуінше қол қойды',
    en: 'has signed, as the commission states',
  },
  rollDissent: { ru: 'с особым мнением', kk: 'ерекше пікірімен', en: 'with a dissenting opinion' },
  rollAbsent: {
    ru: 'не подписал(а): {reason}',
    kk: 'қол қойған жоқ: {reason}',
    en: 'has not signed: {reason}',
  },
  line: { ru: 'Строка', kk: 'Жол', en: 'Line' },
  lineText: { ru: 'Содержание', kk: 'Мазмұны', en: 'Text' },
  value: { ru: 'Число', kk: 'Сан', en: 'Number' },
  notDecryptedValue: {
    ru: 'не расшифровывается',
    kk: 'шифры ашылмайды',
    en: 'not decrypted',
  },
  relations: { ru: 'Соотношения', kk: 'Арақатынастар', en: 'Relations' },
  relationHolds: { ru: 'выполнено', kk: 'орындалды', en: 'holds' },
  relationBroken: { ru: 'нарушено', kk: 'бұзылды', en: 'broken' },
  relationNone: { ru: 'не применяется', kk: 'қолданылмайды', en: 'does not apply' },
  relationR5: {
    ru: '4 = разрешения с учтённым бюллетенем',
    kk: '4 = есепке алынған бюллетені бар рұқсаттар',
    en: '4 = permits with a counted ballot',
  },
  relationR6: {
    ru: '2 + 3 = выданные разрешения',
    kk: '2 + 3 = берілген рұқсаттар',
    en: '2 + 3 = permits issued',
  },
  lookUp: { ru: 'Найти бюллетень', kk: 'Бюллетеньді табу', en: 'Find a ballot' },
  lookUpHint: {
    ru: 'Квитанция, код для поиска или QR-код вскрытого бюллетеня. Ответ даёт проверенный журнал, портал о вопросе не узнает.',
    kk: 'Түбіртек, іздеу коды немесе ашылған бюллетеньнің QR-коды. Жауапты тексерілген журнал береді, портал сұрақ туралы білмейді.',
    en: 'A receipt, a tracking code or the QR code of an opened ballot. The checked log answers; the portal does not learn of the question.',
  },
  lookUpField: {
    ru: 'Квитанция или код',
    kk: 'Түбіртек немесе код',
    en: 'Receipt or code',
  },
  lookUpButton: { ru: 'Найти', kk: 'Табу', en: 'Find' },
  lookUpLater: {
    ru: 'Поиск станет доступен, когда журнал будет проверен.',
    kk: 'Журнал тексерілгенде іздеуге болады.',
    en: 'You can search once the log is checked.',
  },
  scan: { ru: 'Сканировать QR-код', kk: 'QR-кодты сканерлеу', en: 'Scan a QR code' },
  scanStop: { ru: 'Остановить камеру', kk: 'Камераны тоқтату', en: 'Stop the camera' },
  scanFailed: {
    ru: 'Камера недоступна.',
    kk: 'Камера қолжетімсіз.',
    en: 'The camera is not available.',
  },
  connectScanner: {
    ru: 'Подключить сканер',
    kk: 'Сканерді қосу',
    en: 'Connect a scanner',
  },
  scannerReady: {
    ru: 'Сканер подключён: наведите его на QR-код.',
    kk: 'Сканер қосылды: оны QR-кодқа бағыттаңыз.',
    en: 'The scanner is connected: point it at a QR code.',
  },
  scannerFailed: {
    ru: 'Сканер не открылся. Переведите его в режим HID POS кодом из инструкции или поищите сканер, который печатает как клавиатура: его подключать не нужно.',
    kk: 'Сканер ашылмады. Оны нұсқаулықтағы кодпен HID POS режиміне ауыстырыңыз немесе пернетақта сияқты теретін сканерді пайдаланыңыз: оны қосудың қажеті жоқ.',
    en: 'The scanner did not open. Put it into HID POS mode with the code from its manual, or take a scanner that types like a keyboard: that one needs no connecting.',
  },
  scanView: { ru: 'Изображение с камеры', kk: 'Камера бейнесі', en: 'Camera image' },
  stateQueued: {
    ru: 'Лежит в терминале участка и будет отправлен; в проверенном журнале его ещё нет',
    kk: 'Учаскенің терминалында тұр, жіберіледі; тексерілген журналда әлі жоқ',
    en: 'Kept in the station’s terminal and to be sent; not in the checked log yet',
  },
  stateAccepted: {
    ru: 'Принят, но в проверенном журнале его ещё нет',
    kk: 'Қабылданды, бірақ тексерілген журналда әлі жоқ',
    en: 'Accepted, but not in the checked log yet',
  },
  stateRecorded: { ru: 'Записан в журнал', kk: 'Журналға жазылды', en: 'Recorded in the log' },
  stateCounted: { ru: 'Учтён в итоге', kk: 'Қорытындыда есептелді', en: 'Counted in the result' },
  stateReplaced: {
    ru: 'Заменён: под тем же разрешением учитывается другой бюллетень',
    kk: 'Ауыстырылды: сол рұқсат бойынша басқа бюллетень есепке алынады',
    en: 'Replaced: another ballot counts under the same permit',
  },
  promiseBroken: {
    ru: 'Обещание нарушено. Ящик подписал, что этот бюллетень будет в журнале, а его там нет. Квитанция доказывает это: покажите её наблюдателям.',
    kk: 'Уәде бұзылды. Жәшік бұл бюллетень журналда болады деп қол қойды, бірақ ол жоқ. Түбіртек мұны дәлелдейді: оны бақылаушыларға көрсетіңіз.',
    en: 'The promise was broken. The ballot box signed that this ballot would be in the log, and it is not there. The receipt proves it: show it to observers.',
  },
  stateSpoiled: {
    ru: 'Не учитывается: участок погасил карточку этого бюллетеня как испорченную и должен был выдать другую',
    kk: 'Есепке алынбайды: учаске осы бюллетеньнің карточкасын бүлінген деп жойды, орнына басқасын беруі керек еді',
    en: 'Does not count: the station has declared its card spoiled and had to give another one',
  },
  promiseBrokenKiosk: {
    ru: 'Обещание нарушено. Терминал участка подписал, что этот бюллетень будет в журнале, а его там нет. Квитанция доказывает это: покажите её наблюдателям.',
    kk: 'Уәде бұзылды. Учаскенің терминалы бұл бюллетень журналда болады деп қол қойды, бірақ ол жоқ. Түбіртек мұны дәлелдейді: оны бақылаушыларға көрсетіңіз.',
    en: 'The promise was broken. The station’s terminal signed that this ballot would be in the log, and it is not there. The receipt proves it: show it to observers.',
  },
  promiseKept: {
    ru: 'Обещание ящика выполнено.',
    kk: 'Жәшіктің уәдесі орындалды.',
    en: 'The ballot box kept its promise.',
  },
  promiseWaiting: {
    ru: 'Срок обещания ещё не наступил. Проверьте журнал заново позже.',
    kk: 'Уәде мерзімі әлі келген жоқ. Журналды кейінірек қайта тексеріңіз.',
    en: 'The promise is not due yet. Check the log again later.',
  },
  revisions: {
    ru: 'Все бюллетени под этим разрешением',
    kk: 'Осы рұқсат бойынша барлық бюллетеньдер',
    en: 'All ballots under this permit',
  },
  revisionsWarning: {
    ru: 'Если здесь есть голос, которого вы не подавали, сообщите комиссии и наблюдателям.',
    kk: 'Мұнда сіз бермеген дауыс болса, комиссия мен бақылаушыларға хабарлаңыз.',
    en: 'If there is a vote here that you did not cast, tell the commission and observers.',
  },
  revision: { ru: 'Голос', kk: 'Дауыс', en: 'Vote' },
  place: { ru: 'Место в журнале', kk: 'Журналдағы орны', en: 'Place in the log' },
  outcome: { ru: 'Учёт', kk: 'Есеп', en: 'Counts' },
  counts: { ru: 'учитывается', kk: 'есепке алынады', en: 'counts' },
  countsNot: { ru: 'не учитывается', kk: 'есепке алынбайды', en: 'does not count' },
  countsNotSpoiled: {
    ru: 'не учитывается: участок погасил карточку как испорченную',
    kk: 'есепке алынбайды: учаске карточканы бүлінген деп жойды',
    en: 'does not count: the station has declared its card spoiled',
  },
  own: { ru: 'ваш запрос', kk: 'сіздің сұрауыңыз', en: 'asked for' },
  openingGood: {
    ru: 'Шифрование честное: шифртекст вычислен заново и совпал. В этом вскрытом бюллетене отмечено:',
    kk: 'Шифрлау адал: шифрмәтін қайта есептеліп, сәйкес келді. Осы ашылған бюллетеньде белгіленген:',
    en: 'The encryption is honest: the ciphertext was computed again and agrees. This opened ballot marks:',
  },
  openingBad: {
    ru: 'Шифрование не сходится: отметки и случайные числа дают другой шифртекст. Сообщите комиссии и наблюдателям.',
    kk: 'Шифрлау сәйкес келмейді: белгілер мен кездейсоқ сандар басқа шифрмәтін береді. Комиссия мен бақылаушыларға хабарлаңыз.',
    en: 'The encryption does not agree: marks and random numbers give another ciphertext. Tell the commission and observers.',
  },
  openingCast: {
    ru: 'Этот же бюллетень был и подан. Так быть не должно: это вина ящика.',
    kk: 'Осы бюллетень берілген де. Бұлай болмауы керек: бұл жәшіктің кінәсі.',
    en: 'The same ballot was cast as well. That must not be: it is the ballot box’s fault.',
  },
  openingWhere: {
    ru: 'Запись {index} в журнале. Вскрытый бюллетень не учитывается.',
    kk: 'Журналдағы {index}-жазба. Ашылған бюллетень есепке алынбайды.',
    en: 'Entry {index} of the log. An opened ballot does not count.',
  },
  whyText: {
    ru: 'Это не квитанция, не код и не QR-код вскрытого бюллетеня. Проверьте, что текст скопирован целиком.',
    kk: 'Бұл түбіртек те, код та, ашылған бюллетеньнің QR-коды да емес. Мәтін толық көшірілгенін тексеріңіз.',
    en: 'This is no receipt, no code and no QR code of an opened ballot. See that the text was copied whole.',
  },
  whyElection: {
    ru: 'Квитанция от других выборов.',
    kk: 'Түбіртек басқа сайлаудан.',
    en: 'The receipt belongs to another election.',
  },
  whyPromise: {
    ru: 'Подпись на квитанции не этого ящика: она ничего не доказывает.',
    kk: 'Түбіртектегі қол бұл жәшіктікі емес: ол ештеңені дәлелдемейді.',
    en: 'The receipt is not signed by this ballot box: it proves nothing.',
  },
  whyProof: {
    ru: 'Доказательство записи на квитанции неверно.',
    kk: 'Түбіртектегі жазба дәлелі дұрыс емес.',
    en: 'The receipt’s proof of recording is wrong.',
  },
  whyRewritten: {
    ru: 'Журнал подменён: квитанция доказывает, что на этом месте стояла другая запись. Сохраните её и покажите наблюдателям.',
    kk: 'Журнал ауыстырылған: түбіртек бұл орында басқа жазба тұрғанын дәлелдейді. Оны сақтап, бақылаушыларға көрсетіңіз.',
    en: 'The log was replaced: the receipt proves that another entry stood in this place. Keep it and show it to observers.',
  },
  whyNotOnBoard: {
    ru: 'В проверенном журнале такого бюллетеня нет. Если он подан недавно, проверьте журнал заново. Квитанция целиком покажет, не нарушено ли обещание.',
    kk: 'Тексерілген журналда мұндай бюллетень жоқ. Ол жақында берілсе, журналды қайта тексеріңіз. Толық түбіртек уәденің бұзылмағанын көрсетеді.',
    en: 'There is no such ballot in the checked log. If it was cast just now, check the log again. The whole receipt will show whether a promise was broken.',
  },
  whyNoChallenge: {
    ru: 'Этого вскрытого бюллетеня в проверенном журнале ещё нет. Проверьте журнал заново позже.',
    kk: 'Бұл ашылған бюллетень тексерілген журналда әлі жоқ. Журналды кейінірек қайта тексеріңіз.',
    en: 'This opened ballot is not in the checked log yet. Check the log again later.',
  },
  whyOtherOpening: {
    ru: 'В журнале под этим бюллетенем записаны другие отметки, чем показала кабина. Сообщите наблюдателям.',
    kk: 'Журналда бұл бюллетень бойынша кабина көрсеткеннен басқа белгілер жазылған. Бақылаушыларға хабарлаңыз.',
    en: 'The log has other marks for this ballot than the booth showed. Tell observers.',
  },
  whyUnreachable: {
    ru: 'Журнал не отвечает. Попробуйте ещё раз.',
    kk: 'Журнал жауап бермейді. Қайталап көріңіз.',
    en: 'The log does not answer. Try again.',
  },
  ...boardTexts,
} satisfies Readonly<Record<string, Text>>;

export type TextId = keyof typeof texts;

/** The text with its placeholders filled; numbers in the language's own form. */
export function say(
  language: Language,
  id: TextId,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return texts[id][language].replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    return typeof value === 'number' ? whole(language, value) : (value ?? '');
  });
}

export function whole(language: Language, value: number): string {
  return new Intl.NumberFormat(language).format(value);
}

/** A name from the manifest: Russian is always there. */
export function named(language: Language, text: Localized): string {
  return text[language] ?? text.ru;
}

/** The language that {@link named} answers in. */
export function languageOf(language: Language, text: Localized): Language {
  return text[language] === undefined ? 'ru' : language;
}
