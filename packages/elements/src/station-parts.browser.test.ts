/** The queue of a kiosk and the balance of a station: what each says, axe, and what it leaves. */
import { expect } from 'chai';
import { emulateMedia, setViewport } from '@web/test-runner-commands';
import { html } from 'lit';
import { axeProblems, clear, leftBehind, mount, settle, text } from './browser-fixture.ts';
import './define/kabina-queue-status.ts';
import './define/kabina-station-balance.ts';
import type { KabinaQueueStatus } from './kabina-queue-status.ts';
import { setLocale } from './localization.ts';
import { balances, queueViews, stationManifest } from './testing-station.ts';
import { textSizes } from './tokens.styles.ts';

async function queue(name: string, compact = false): Promise<KabinaQueueStatus> {
  return mount<KabinaQueueStatus>(
    html`<kabina-queue-status
      ?compact=${compact}
      .status=${queueViews[name]}
    ></kabina-queue-status>`,
  );
}

function balance(name: keyof typeof balances) {
  return html`<kabina-station-balance
    .manifest=${stationManifest}
    .balance=${balances[name]}
  ></kabina-station-balance>`;
}

/** Cells of a table, row by row, without the names that only a narrow table shows. */
function cells(table: Element, rows: string): string[][] {
  return [...table.querySelectorAll(rows)].map((row) =>
    [...row.children].map((cell) => {
      const name = cell.querySelector('.name')?.textContent ?? '';
      return cell.textContent.replace(name, '').replace(/\s+/g, ' ').trim();
    }),
  );
}

describe('station parts', () => {
  beforeEach(() => setViewport({ width: 1200, height: 900 }));

  afterEach(async () => {
    clear();
    await setLocale('ru');
  });

  it('queue: the summary says what matters most, and the number that is safe', async () => {
    for (const [name, words] of [
      ['fresh', 'Неотправленных бюллетеней нет.'],
      ['sent', 'Неотправленных бюллетеней нет.'],
      ['waiting', 'Сохранено и ждёт отправки: 7.'],
      ['offline', 'Связи нет. Сохранено и ждёт отправки: 1 240.'],
      ['offline, empty', 'Связи нет. Неотправленных бюллетеней тоже нет.'],
      ['quarantined', 'Отложено бюллетеней: 2, нужен человек. Сохранено и ждёт отправки: 3.'],
      ['full', 'Терминал заполнен, голосовать нельзя. Сохранено и ждёт отправки: 5 000.'],
      ['stopped', 'Терминал остановлен, нужен человек. Сохранено и ждёт отправки: 12.'],
    ] as const) {
      const element = await queue(name, true);
      expect(text(element).replace(/\s+/g, ' ').trim(), name).to.equal(words);
    }
  });

  it('queue: in full it says what a person has to do, and each trouble once', async () => {
    for (const [name, words] of [
      ['offline', 'отправятся сами, когда появится связь'],
      ['quarantined', 'отправить их ещё раз со служебного экрана'],
      ['quarantined', 'позовите технического специалиста'],
      ['full', 'Голосуйте на другом терминале'],
      ['stopped', 'не сходятся с его журналом'],
    ] as const) {
      expect(text(await queue(name)), name).to.include(words);
    }
    const calm = await queue('offline');
    expect(text(calm)).to.include('network.unreachable');
    expect(calm.shadowRoot!.querySelector('[role=alert]') === null, 'no alarm').to.equal(true);
    const element = await queue('full');
    element.status = { ...queueViews['full']!, trouble: { code: 'outbox.full', retryable: false } };
    await settle(element);
    expect(text(element).split('кончилось место').length - 1).to.equal(1);
  });

  it('queue: a kiosk that is closed, full or stopped bids nobody vote', async () => {
    for (const name of ['full', 'stopped']) {
      expect(text(await queue(name)), name).not.to.include('Голосовать можно');
    }
    expect(text(await queue('stopped'))).not.to.include('отправятся сами');
    const element = await queue('offline');
    expect(text(element)).to.include('Голосовать можно и без неё');
    element.closed = true;
    await settle(element);
    expect(text(element)).to.include('отправятся сами, когда появится связь.');
    expect(text(element)).not.to.include('Голосовать');
  });

  it('queue: a kiosk that has lost it is stopped, and says so', async () => {
    const element = await queue('waiting');
    for (const code of ['outbox.closed', 'outbox.damaged', 'outbox.elsewhere', 'journal.damaged']) {
      element.status = { ...queueViews['waiting']!, trouble: { code, retryable: true } };
      await settle(element);
      expect(text(element), code).to.include('Терминал остановлен, нужен человек.');
      const alarm = element.shadowRoot!.querySelector('[role=alert]');
      expect(alarm?.textContent, code).to.include(code);
    }
    element.status = {
      ...queueViews['waiting']!,
      trouble: { code: 'late.not-held', retryable: true },
    };
    await settle(element);
    expect(text(element)).not.to.include('остановлен');
  });

  for (const name of Object.keys(queueViews)) {
    it(`queue, ${name}: passes axe and leaves nothing behind`, async () => {
      for (const compact of [true, false]) {
        expect((await axeProblems(await queue(name, compact))).join('\n')).to.equal('');
      }
      expect(
        await leftBehind(
          () => html`<kabina-queue-status .status=${queueViews[name]}></kabina-queue-status>`,
        ),
      ).to.deep.equal([]);
    });
  }

  it('balance: every kiosk and style by name, with sums', async () => {
    const element = await mount(balance('holds'));
    const table = element.shadowRoot!.querySelector('table')!;
    expect(cells(table, 'tbody tr')[3]).to.deep.equal([
      'Переносной терминал',
      'Округ № 5',
      '20',
      '12',
      '0',
      '0',
      '8',
      'выполнено',
    ]);
    expect(cells(table, 'tfoot tr')).to.deep.equal([['Всего', '570', '424', '136', '2', '8', '']]);
    expect(text(element)).to.include('Баланс сходится.');
  });

  it('balance: what is not known yet is not shown as a number, and whose account is missing', async () => {
    const element = await mount(balance('incomplete'));
    const [cards, marked, used, held] = element.shadowRoot!.querySelectorAll('table');
    expect(cells(cards!, 'tbody tr')[1]!.slice(3)).to.deep.equal([
      'ещё нет',
      '0',
      '0',
      '0',
      'пока неизвестно',
    ]);
    expect(cells(cards!, 'tfoot tr')[0]!.slice(1, 3)).to.deep.equal(['400', 'ещё нет']);
    expect(cells(marked!, 'tbody tr')[0]!.at(-1)).to.equal('пока неизвестно');
    expect(cells(used!, 'tbody tr')[0]!.slice(1)).to.deep.equal([
      '203',
      'ещё нет',
      'пока неизвестно',
    ]);
    expect(cells(held!, 'tbody tr').map((row) => row.at(-1))).to.deep.equal([
      'пришли все',
      'ещё в пути: 3',
    ]);
    const missing = [...element.shadowRoot!.querySelectorAll('li')];
    expect(missing.map(({ textContent }) => textContent.trim())).to.deep.equal([
      'Терминал 2',
      'Стол регистрации',
    ]);
    expect(text(element)).to.include('пришли не все отчёты');
  });

  it('balance: says that members gave the account of a lost desk, and why', async () => {
    const element = await mount(balance('lost desk'));
    expect(text(element)).to.include('Стол регистрации потерян');
    expect(text(element)).to.include('Причина: ноутбук залит водой.');
    expect(text(element)).to.include('Баланс сходится');
    expect(text(await mount(balance('holds')))).not.to.include('потерян');
  });

  it('balance: a broken one is said in words, in its lines too', async () => {
    const element = await mount(balance('broken'));
    expect(text(element)).to.include('НЕ СХОДИТСЯ');
    const verdicts = [...element.shadowRoot!.querySelectorAll('table')].map((table) =>
      cells(table, 'tbody tr').map((row) => row.at(-1)),
    );
    expect(verdicts).to.deep.equal([['НАРУШЕНО', 'выполнено'], ['НАРУШЕНО'], ['НАРУШЕНО']]);
  });

  for (const name of ['holds', 'lost desk', 'incomplete', 'broken'] as const) {
    it(`balance, ${name}: passes axe wide and narrow, fits, leaves nothing behind`, async () => {
      const style = document.createElement('style');
      style.textContent = textSizes.cssText;
      document.head.append(style);
      try {
        for (const width of [1200, 320]) {
          const page = await mount(
            html`<div data-text="largest" style="inline-size: ${width}px">${balance(name)}</div>`,
          );
          expect((await axeProblems(page)).join('\n'), String(width)).to.equal('');
          expect(page.scrollWidth).to.equal(width);
        }
      } finally {
        style.remove();
      }
      expect(await leftBehind(() => balance(name))).to.deep.equal([]);
    });
  }

  it('balance: no table sticks out of its sheet, and notes have room for words', async () => {
    for (const locale of ['ru', 'kk', 'en'] as const) {
      await setLocale(locale);
      const page = await mount(html`<div>${balance('lost desk')}</div>`);
      const root = page.firstElementChild!.shadowRoot!;
      for (let width = 280; width <= 1400; width += 35) {
        page.style.inlineSize = `${width}px`;
        await settle(page.firstElementChild as HTMLElement);
        const sheet = root.querySelector('article')!;
        const { paddingRight } = getComputedStyle(sheet);
        const edge = sheet.getBoundingClientRect().right - parseFloat(paddingRight);
        for (const table of root.querySelectorAll('table')) {
          const over = table.getBoundingClientRect().right - edge;
          expect(over, `${locale}, ${width} px`).to.be.below(0.5);
        }
        for (const words of root.querySelectorAll('.note span')) {
          const em = parseFloat(getComputedStyle(words).fontSize);
          expect(words.clientWidth / em, `${locale}, ${width} px`).to.be.above(7);
        }
      }
    }
  });

  it('balance: prints as a table, black on white', async () => {
    await setViewport({ width: 720, height: 1000 });
    await emulateMedia({ media: 'print' });
    try {
      const element = await mount(balance('holds'));
      const article = element.shadowRoot!.querySelector('article')!;
      expect(getComputedStyle(article).borderTopWidth).to.equal('0px');
      const head = element.shadowRoot!.querySelector('thead')!;
      expect(getComputedStyle(head).display).to.equal('table-header-group');
      expect(getComputedStyle(element.shadowRoot!.querySelector('.note')!).color).to.equal(
        'rgb(0, 0, 0)',
      );
    } finally {
      await emulateMedia({ media: 'screen' });
    }
  });
});
