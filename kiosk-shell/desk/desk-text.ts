/** What the desk's page says by itself, in three languages; `<kabina-desk>` and the slips have their own words. */
import { getLocale, type Locale } from '@kabina/elements/localization';

/** What stands in the way of a desk, or is still being waited for. */
export type Obstacle = 'opening' | 'preparing' | 'unreachable' | 'no-desk' | 'not-kept';

export interface Words {
  readonly title: string;
  readonly training: string;
  /** Whoever can't read it has to find their own language in it. */
  readonly settings: string;
  readonly obstacles: Readonly<Record<Obstacle, string>>;
  /** Beside `not-kept`, in a training election. */
  readonly trainingOnly: string;
  /** By the code of the desk's trouble, where the desk's screen says too little. */
  readonly notes: Readonly<Record<'desk.held' | 'desk.refused', string>>;
  readonly keyFile: string;
  readonly printing: string;
  readonly zeroDue: string;
  readonly turnoutDue: (hour: string) => string;
  readonly fetch: string;
  readonly fetching: string;
  readonly fetched: Readonly<Record<'done' | 'failed', string>>;
  readonly print: string;
  readonly close: string;
  /** `asked`: given to the browser, which doesn't tell what became of it. */
  readonly printed: Readonly<Record<'printed' | 'asked' | 'paper' | 'failed', string>>;
}

export const WORDS: Readonly<Record<Locale, Words>> = {
  ru: {
    title: 'Стол регистрации',
    training: 'Тренировочное голосование',
    settings: 'Язык и вид · Тіл · Language',
    obstacles: {
      opening: 'Открываем…',
      preparing: 'Выборы готовятся…',
      unreachable: 'Служба этой машины не отвечает. Пробуем ещё.',
      'no-desk': 'Эта машина не настроена как стол регистрации участка.',
      'not-kept':
        'Браузер не обещает хранить данные стола: настройте машину сценарием установки киоска.',
    },
    trainingOnly: 'На тренировке работать можно.',
    notes: {
      'desk.held': 'Стол открыт в другой вкладке этой машины. Закройте её и введите код здесь.',
      'desk.refused':
        'Служба не приняла часть отметок. Избиратели обслужены правильно, но сообщите об этом комиссии.',
    },
    keyFile: 'Файл ключей стола, если он на флешке',
    printing: 'Печать',
    zeroDue: 'До первого избирателя напечатайте нулевой отчёт.',
    turnoutDue: (hour) => `Пора сообщить явку на ${hour}.`,
    fetch: 'Обновить список и карточки',
    fetching: 'Обновляем…',
    fetched: {
      done: 'Список и карточки обновлены.',
      failed: 'Обновить не удалось. Прежние список и карточки на месте.',
    },
    print: 'Напечатать',
    close: 'Закрыть',
    printed: {
      printed: 'Напечатано.',
      asked: 'Отдано на печать. Если бумага не вышла, спишите числа с экрана.',
      paper: 'В принтере кончилась бумага. Вставьте рулон и напечатайте ещё раз.',
      failed: 'Принтер не напечатал. Проверьте его и напечатайте ещё раз.',
    },
  },
  kk: {
    title: 'Тіркеу үстелі',
    training: 'Жаттығу дауыс беруі',
    settings: 'Тіл және көрініс · Язык · Language',
    obstacles: {
      opening: 'Ашылуда…',
      preparing: 'Сайлау дайындалып жатыр…',
      unreachable: 'Бұл машинаның қызметі жауап бермейді. Қайта байқап көреміз.',
      'no-desk': 'Бұл машина учаскенің тіркеу үстелі ретінде бапталмаған.',
      'not-kept':
        'Браузер үстел деректерін сақтауға уәде бермейді: машинаны киоск орнату сценарийімен баптаңыз.',
    },
    trainingOnly: 'Жаттығуда жұмыс істеуге болады.',
    notes: {
      'desk.held':
        'Үстел осы машинаның басқа қойындысында ашық. Оны жауып, кодты осы жерде енгізіңіз.',
      'desk.refused':
        'Қызмет белгілердің бір бөлігін қабылдамады. Сайлаушыларға дұрыс қызмет көрсетілді, бірақ бұл туралы комиссияға хабарлаңыз.',
    },
    keyFile: 'Үстел кілттерінің файлы, егер ол флешкада болса',
    printing: 'Басып шығару',
    zeroDue: 'Бірінші сайлаушыға дейін нөлдік есепті басып шығарыңыз.',
    turnoutDue: (hour) => `Сағат ${hour} бойынша келу туралы хабарлайтын уақыт келді.`,
    fetch: 'Тізім мен карточкаларды жаңарту',
    fetching: 'Жаңартылуда…',
    fetched: {
      done: 'Тізім мен карточкалар жаңартылды.',
      failed: 'Жаңарту мүмкін болмады. Бұрынғы тізім мен карточкалар орнында.',
    },
    print: 'Басып шығару',
    close: 'Жабу',
    printed: {
      printed: 'Басып шығарылды.',
      asked: 'Басып шығаруға берілді. Қағаз шықпаса, сандарды экраннан көшіріп жазыңыз.',
      paper: 'Принтерде қағаз таусылды. Орамды салып, қайтадан басып шығарыңыз.',
      failed: 'Принтер басып шығармады. Оны тексеріп, қайтадан басып шығарыңыз.',
    },
  },
  en: {
    title: 'Registration desk',
    training: 'Training vote',
    settings: 'Language and view · Язык · Тіл',
    obstacles: {
      opening: 'Opening…',
      preparing: 'The election is being prepared…',
      unreachable: 'The service of this machine does not answer. Trying again.',
      'no-desk': 'This machine is not set up as the registration desk of a station.',
      'not-kept':
        'The browser does not promise to keep the desk’s data: set the machine up with the kiosk installer.',
    },
    trainingOnly: 'For training this is good enough.',
    notes: {
      'desk.held':
        'The desk is open in another tab of this machine. Close it and enter the code here.',
      'desk.refused':
        'The service has refused some of the marks. The voters were served rightly, but tell the commission.',
    },
    keyFile: 'The desk’s key file, if it is on a stick',
    printing: 'Printing',
    zeroDue: 'Print the zero report before the first voter.',
    turnoutDue: (hour) => `It is time to report the turnout at ${hour}.`,
    fetch: 'Renew list and cards',
    fetching: 'Renewing…',
    fetched: {
      done: 'List and cards are up to date.',
      failed: 'They could not be renewed. The former list and cards are in place.',
    },
    print: 'Print',
    close: 'Close',
    printed: {
      printed: 'Printed.',
      asked: 'Given to the printer. If no paper comes out, copy the numbers from the screen.',
      paper: 'The printer is out of paper. Put a roll in and print again.',
      failed: 'The printer has not printed. Check it and print again.',
    },
  },
};

/** In the page's language. */
export const words = (): Words => WORDS[getLocale()];
