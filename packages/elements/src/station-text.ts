/**
 * What is read at a polling station when something goes wrong, by code: by a voter with a card at
 * a kiosk, by the member at the registration desk, by the technician. Part of `error-text.ts`.
 */
import { msg } from '@lit/localize';
import type { Entry } from './error-text.ts';

const toDesk = () => msg('Подойдите с карточкой к столу регистрации.');
const toTechnician = () => msg('Позовите технического специалиста и сообщите председателю.');
const scanAgain = () => msg('Отсканируйте код ещё раз целиком.');
const nothingLost = () => msg('Ничего не потеряно.');
const keptHere = () =>
  msg('Позовите члена комиссии или технического специалиста. Сохранённое не стёрто.');
const repeatDelivery = () =>
  msg('Повторите получение карточек: уже подготовленные не пропадут и не задвоятся.');

const stopped: Entry = () => ({
  message: msg('Это устройство остановлено: его журнал не отвечает.'),
  advice: keptHere(),
});
const closedStorage: Entry = () => ({
  message: msg('Браузер закрыл хранилище этого устройства.'),
  advice: keptHere(),
});
const machineRefused: Entry = () => ({
  message: msg('Служба этого устройства не выполнила действие.'),
  advice: keptHere(),
});
const entryRefused: Entry = () => ({
  message: msg('Журнал не принял запись: на этом шаге она не по правилам голосования.'),
  advice: msg('Запись не стёрта. Сообщите о ней председателю комиссии.'),
});
const entryMalformed: Entry = () => ({
  message: msg('Журнал не понял запись.'),
  advice: msg('Запись не стёрта. Сообщите о ней председателю комиссии.'),
});
const notKept: Entry = () => ({
  message: msg('Устройство не может надёжно сохранить данные.'),
  advice: `${msg('Пока это не исправлено, работать на нём нельзя.')} ${toTechnician()}`,
});
const notAccepted: Entry = () => ({
  message: msg('Служба не приняла запрос на карточки.'),
  advice: toTechnician(),
});
const lateRefused: Entry = () => ({
  message: msg('Урна не приняла бюллетень из очереди.'),
  advice: `${msg('Он остаётся в очереди.')} ${toTechnician()}`,
});
const damagedQueue: Entry = () => ({
  message: msg('Файл очереди повреждён или это другой файл.'),
  advice: `${msg('Запишите его с терминала ещё раз.')} ${nothingLost()}`,
});

export const STATION_TEXTS: Readonly<Record<string, Entry>> = {
  'card.text': () => ({
    message: msg('Это не карточка доступа, или она прочитана с ошибкой.'),
    advice: `${msg('Поднесите код карточки ещё раз или введите напечатанные под ним знаки.')} ${msg('Если не получается, подойдите к столу регистрации.')}`,
  }),
  'card.foreign': () => ({
    message: msg('Эта карточка от другого голосования.'),
    advice: toDesk(),
  }),
  'card.kiosk': () => ({
    message: msg('Эта карточка для другого терминала.'),
    advice: msg('Подойдите к терминалу, который указан на карточке.'),
  }),
  'card.unknown': () => ({
    message: msg('Такой карточки нет среди выданных на этот участок.'),
    advice: `${toDesk()} ${msg('О ней сообщают председателю комиссии: она может быть поддельной.')}`,
  }),
  'card.used': () => ({
    message: msg('По этой карточке уже проголосовали, или сеанс по ней завершён.'),
    advice: toDesk(),
  }),
  'card.early': () => ({
    message: msg('Сейчас голосование не идёт.'),
    advice: msg('Карточка не испорчена: поднесите её, когда голосование откроется.'),
  }),
  'card.expired': () => ({
    message: msg('Голосование закончилось, карточка больше не действует.'),
    advice: toDesk(),
  }),
  'card.busy': () => ({
    message: msg('На этом терминале не закончен сеанс по другой карточке.'),
    advice: msg('Поднесите ту карточку или попросите члена комиссии завершить сеанс.'),
  }),
  'card.spoiled': () => ({
    message: msg('Эта карточка уже отмечена как испорченная.'),
    advice: msg('Второй раз отмечать её не нужно.'),
  }),
  'card.deposit': () => ({
    message: msg('Карточку нельзя признать испорченной: её записи на терминале не сходятся.'),
    advice: msg(
      'Карточка остаётся выданной, другую вместо неё выдать нельзя. Сообщите председателю комиссии.',
    ),
  }),
  'cards.erased': () => ({
    message: msg('Эти карточки уже напечатаны и стёрты из службы.'),
    advice: msg('Если пачка утрачена, получите для терминала новую.'),
  }),
  'permits.elsewhere': () => ({
    message: msg('Этот избиратель в списке участка, бюллетени ему выдают там.'),
    advice: msg('Приходите на участок или попросите комиссию вернуть вас в электронный список.'),
  }),

  'kiosk.unknown': () => ({
    message: msg('Этого терминала нет в описании голосования.'),
    advice: toTechnician(),
  }),
  'kiosk.setup': () => ({
    message: msg('Этот терминал ещё не подготовлен к голосованию.'),
    advice: msg('Позовите члена комиссии.'),
  }),
  'kiosk.closed': () => ({
    message: msg('Этот терминал уже закрыт, на нём больше не голосуют.'),
    advice: msg('Сохранённые бюллетени будут отправлены.'),
  }),
  'challenges.offline': () => ({
    message: msg('Без связи проверить шифрование нельзя.'),
    advice: msg('Опустите бюллетень или вернитесь и заполните его заново.'),
  }),

  'outbox.full': () => ({
    message: msg('В этом терминале кончилось место для бюллетеней.'),
    advice: msg('Голосуйте на другом терминале. Сохранённые бюллетени не пропадут.'),
  }),
  'storage.not-kept': notKept,
  'storage.failed': notKept,
  'journal.disagrees': () => ({
    message: msg('Данные этого устройства не сходятся с его журналом.'),
    advice: `${msg('Работа остановлена, ничего не стёрто.')} ${toTechnician()}`,
  }),
  'journal.unreachable': stopped,
  'journal.damaged': stopped,
  'machine.unreachable': stopped,
  'machine.failed': machineRefused,
  'outbox.damaged': stopped,
  'outbox.closed': closedStorage,
  'outbox.elsewhere': () => ({
    message: msg('Терминал открыт в другой вкладке.'),
    advice: msg('Закройте лишнюю вкладку: голосовать можно только в одной.'),
  }),
  'queue.malformed': damagedQueue,
  'queue.truncated': () => ({
    message: msg('Файл очереди неполный: бюллетеней в нём меньше, чем заявил терминал.'),
    advice: `${msg('Запишите его с терминала ещё раз.')} ${nothingLost()}`,
  }),
  'queue.foreign': () => ({
    message: msg('Этот файл очереди от другого голосования или с неизвестного терминала.'),
    advice: msg('Возьмите файл с терминала этого участка.'),
  }),
  'held.text': () => ({
    message: msg('Это не код закрытия терминала, или он прочитан с ошибкой.'),
    advice: scanAgain(),
  }),
  'held.foreign': () => ({
    message: msg('Этот код закрытия с терминала другого участка или другого голосования.'),
    advice: msg('Отсканируйте код с терминала этого участка.'),
  }),

  'entries.refused': entryRefused,
  'entries.malformed': entryMalformed,
  'entries.road': entryMalformed,

  'desk.secret': () => ({
    message: msg('Код стола не подошёл.'),
    advice: msg('Проверьте раскладку клавиатуры и введите его ещё раз.'),
  }),
  'desk.rights': () => ({
    message: msg('Этому столу нельзя действовать за другой участок.'),
    advice: toTechnician(),
  }),
  'desk.voter': () => ({
    message: msg('Такого избирателя в списке нет.'),
    advice: msg('Проверьте номер по паспорту и списку.'),
  }),
  'desk.served': () => ({
    message: msg('Этот избиратель уже отмечен, вторую карточку выдать нельзя.'),
    advice: msg('Если его карточка испорчена, замените её.'),
  }),
  'desk.elsewhere': () => ({
    message: msg('Избиратель числится в другом списке.'),
    advice: msg('Если этот список ещё не передан другому участку, его можно перевести.'),
  }),
  'desk.offline': () => ({
    message: msg('Для этого нужна связь, а её нет.'),
    advice: msg('Остальное можно делать и без связи. Попробуйте, когда она появится.'),
  }),
  'desk.pile': () => ({
    message: msg('В этой стопке нет карточки для этого избирателя.'),
    advice: msg('Выберите другую стопку или пересчитайте карточки на столе.'),
  }),
  'desk.dead': () => ({
    message: msg('Этот терминал объявлен неисправным, его карточки не выдают.'),
    advice: msg('Выберите стопку другого терминала.'),
  }),
  'desk.closed': () => ({
    message: msg('Выдача карточек уже закончена.'),
    advice: msg('После закрытия стола отмечать избирателей нельзя.'),
  }),
  'desk.trip': () => ({
    message: msg('Выезд к избирателям не завершён или такого выезда нет.'),
    advice: msg('Сначала отметьте, что вернулось с выезда.'),
  }),
  'desk.held': () => ({
    message: msg('Стол регистрации открыт в другой вкладке.'),
    advice: msg('Закройте её: у участка один стол.'),
  }),
  'desk.machine': () => ({
    message: msg('Эта машина настроена не для этого участка.'),
    advice: toTechnician(),
  }),
  'desk.key-file': () => ({
    message: msg('Нет файла с ключами стола регистрации.'),
    advice: msg('Выберите файл, который передала комиссия.'),
  }),
  'desk.refused': () => ({
    message: msg('Служба не приняла часть отметок.'),
    advice: msg('Отметки остались на столе. Сообщите председателю комиссии.'),
  }),
  'desk.style': () => ({
    message: msg('На этом участке нет бюллетеней для округа этого избирателя.'),
    advice: msg('Избиратель может проголосовать на своём участке или онлайн.'),
  }),
  'desk.station': notAccepted,
  'cards.unknown': () => ({
    message: msg('Такой партии карточек у службы нет.'),
    advice: msg('Обновите список партий.'),
  }),

  'deliveries.malformed': notAccepted,
  'deliveries.election': notAccepted,
  'deliveries.answer': () => ({
    message: msg('Ответ службы с карточками не прошёл проверку.'),
    advice: `${repeatDelivery()} ${toTechnician()}`,
  }),
  'deliveries.kiosk': () => ({
    message: msg('Служба не узнала этот терминал.'),
    advice: `${msg('Карточки готовят только терминалам из описания голосования.')} ${toTechnician()}`,
  }),
  'deliveries.style': () => ({
    message: msg('На этом участке нельзя выдавать карточки такого округа.'),
    advice: msg('Выберите округ, который участок обслуживает.'),
  }),
  'deliveries.batch': () => ({
    message: msg('Под этим номером уже готовится другая пачка карточек.'),
    advice: `${repeatDelivery()} ${toTechnician()}`,
  }),
  'deliveries.closed': () => ({
    message: msg('Сейчас карточки для терминалов не готовят.'),
    advice: msg('Их получают после открытия голосования и до его конца.'),
  }),
  'deliveries.full': () => ({
    message: msg('Карточек этого округа на участке уже столько, сколько можно.'),
    advice: msg('Запросите меньше или сообщите председателю комиссии.'),
  }),

  'late.malformed': lateRefused,
  'late.proof': lateRefused,
  'late.not-held': () => ({
    message: msg('Урна ещё не получила заявление терминала о закрытии.'),
    advice: msg('Отправим ещё раз сами. Ничего делать не нужно.'),
  }),
  'late.closed': () => ({
    message: msg('Подсчёт уже начат, урна больше не принимает бюллетени из очереди.'),
    advice: `${msg('Очередь не стёрта.')} ${msg('Сообщите об этом комиссии.')}`,
  }),
};

/** Families of a station: whoever reads them can't tell their members apart. */
export const STATION_FAMILIES: readonly (readonly [prefix: string, entry: Entry])[] = [
  ['journal.', stopped],
  ['machine.', machineRefused],
];
