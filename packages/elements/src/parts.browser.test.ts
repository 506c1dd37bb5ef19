/** The small parts: what each says and does, and for every one of them axe and what it leaves. */
import { expect } from 'chai';
import { emulateMedia } from '@web/test-runner-commands';
import { html, type TemplateResult } from 'lit';
import {
  ariaSnapshot,
  axeProblems,
  clear,
  deep,
  leftBehind,
  mount,
  settle,
  text,
} from './browser-fixture.ts';
import './define/kabina-ballot-list.ts';
import './define/kabina-challenge.ts';
import './define/kabina-option.ts';
import './define/kabina-receipt.ts';
import './define/kabina-recovery.ts';
import './define/kabina-results-protocol.ts';
import './define/kabina-results.ts';
import './define/kabina-review.ts';
import './define/kabina-sealed.ts';
import './define/kabina-settings.ts';
import './define/kabina-turnout.ts';
import type { KabinaReceipt, PrintOutcome } from './kabina-receipt.ts';
import { MarkedPaper } from './marked-paper.ts';
import {
  candidates,
  form,
  lines,
  papers,
  projects,
  question,
  receipt,
  relations,
  result,
  rollSigned,
  training,
  turnout,
} from './testing.ts';

const contests = [candidates, projects, question];

function marked(): MarkedPaper {
  const paper = new MarkedPaper(projects);
  paper.toggle(1);
  return paper;
}

const parts: Readonly<Record<string, () => TemplateResult>> = {
  'kabina-ballot-list': () =>
    html`<kabina-ballot-list kiosk .papers=${papers} .contests=${contests}></kabina-ballot-list>`,
  'kabina-option': () => html`<kabina-option .option=${candidates.options[0]}></kabina-option>`,
  'kabina-review': () => html`<kabina-review kiosk .paper=${marked()}></kabina-review>`,
  'kabina-sealed': () =>
    html`<kabina-sealed
      .code=${'kabina-core:5f'}
      .trackingCode=${receipt.trackingCode}
    ></kabina-sealed>`,
  'kabina-challenge': () =>
    html`<kabina-challenge
      .contest=${projects}
      .marks=${[0, 1, 0, 0, 0, 0, 0, 1]}
      .code=${'kabina-opening:5f'}
      .trackingCode=${receipt.trackingCode}
    ></kabina-challenge>`,
  'kabina-receipt': () =>
    html`<kabina-receipt .receipt=${receipt} .contest=${candidates}></kabina-receipt>`,
  'kabina-status': () => html`<kabina-status .state=${'recorded'}></kabina-status>`,
  'kabina-settings': () => html`<kabina-settings></kabina-settings>`,
  'kabina-recovery': () =>
    html`<kabina-recovery
      .read=${() => Promise.resolve('SECRET')}
      .restore=${() => undefined}
    ></kabina-recovery>`,
  'kabina-scroller': () =>
    html`<kabina-scroller buttons style="block-size: 9rem"
      >${contests.map(({ title }) => html`<p style="block-size: 8rem">${title.ru}</p>`)}</kabina-scroller
    >`,
  'kabina-turnout': () =>
    html`<kabina-turnout
      .voters=${1200}
      .points=${turnout.points}
      .rows=${turnout.rows}
    ></kabina-turnout>`,
  'kabina-results': () =>
    html`<kabina-results
      .contest=${candidates}
      .result=${result}
      .withdrawn=${new Set(['c3'])}
    ></kabina-results>`,
  'kabina-results-protocol': () =>
    html`<kabina-results-protocol
      .manifest=${training}
      .contest=${candidates}
      .lines=${lines}
      .relations=${relations}
      .form=${form}
      .roll=${rollSigned(2)}
    ></kabina-results-protocol>`,
};

describe('parts', () => {
  afterEach(clear);

  for (const [name, part] of Object.entries(parts)) {
    it(`${name} passes axe and leaves nothing behind`, async () => {
      const element = await mount(part());
      await new Promise(requestAnimationFrame);
      await settle(element);
      expect((await axeProblems(element)).join('\n')).to.equal('');
      expect(await leftBehind(part)).to.deep.equal([]);
    });
  }

  it('ballot list: names each button by its paper and tells which paper, and nothing else', async () => {
    const told: unknown[] = [];
    const tell = ({ type, detail }: CustomEvent) => told.push([type, detail]);
    const list = await mount(
      html`<kabina-ballot-list
        .papers=${papers}
        .contests=${contests}
        @kabina-open=${tell}
        @kabina-receipt=${tell}
      ></kabina-ballot-list>`,
    );
    const buttons = ariaSnapshot(list).filter((line) => line.startsWith('button'));
    expect(buttons).to.deep.equal([
      `button Проголосовать ещё раз ${candidates.title.ru}`,
      `button Квитанция ${candidates.title.ru}`,
      `button Заполнить ${projects.title.ru}`,
      'button Закончить голосование',
    ]);
    for (const id of ['#take-0', '#receipt-0', '#take-1']) deep(list, id).click();
    expect(told).to.deep.equal([
      ['kabina-open', { contest: 'council' }],
      ['kabina-receipt', { contest: 'council' }],
      ['kabina-open', { contest: 'projects' }],
    ]);
  });

  it('ballot list: offers no paper unless voting is open, and no end while an answer is awaited', async () => {
    const list = await mount<HTMLElementTagNameMap['kabina-ballot-list']>(
      html`<kabina-ballot-list
        .papers=${papers}
        .contests=${contests}
        .voting=${'paused'}
      ></kabina-ballot-list>`,
    );
    expect(ariaSnapshot(list).some((line) => /Заполнить|ещё раз/.test(line))).to.equal(false);
    let finished = 0;
    list.addEventListener('kabina-finish', () => (finished += 1));
    const finish = deep(list, '.actions button');
    list.papers = [{ contest: 'question', state: 'casting', revision: 0, mayRevise: false }];
    await settle(list);
    finish.click();
    expect(finished).to.equal(0);
    list.papers = papers;
    await settle(list);
    finish.click();
    expect(finished).to.equal(1);
  });

  it('status: tells each step in words and announces it', async () => {
    for (const [state, words] of [
      ['queued', 'сохранён в этом терминале и будет отправлен'],
      ['accepted', 'подписала обещание'],
      ['recorded', 'записан в открытый журнал'],
      ['counted', 'учтён при подсчёте'],
      ['replaced', 'считается новый бюллетень'],
    ] as const) {
      const status = await mount(html`<kabina-status .state=${state}></kabina-status>`);
      expect(deep(status, '[role=status]').textContent).to.include(words);
    }
  });

  it('receipt: saves its own text to a file, and does not on a kiosk', async () => {
    const element = await mount<KabinaReceipt>(parts['kabina-receipt']!());
    let file: Blob | undefined;
    let name = '';
    const { createObjectURL } = URL;
    const { click } = HTMLAnchorElement.prototype;
    URL.createObjectURL = (blob) => {
      file = blob as Blob;
      return createObjectURL.call(URL, blob);
    };
    HTMLAnchorElement.prototype.click = function (this: HTMLAnchorElement) {
      name = this.download;
    };
    try {
      const save = [...element.shadowRoot!.querySelectorAll('button')][1]!;
      save.click();
      expect(await file!.text()).to.equal(`${receipt.text}\n`);
      expect(name).to.equal('kabina-receipt-BWY6-PPFC-1K8N-R2TZ.txt');
    } finally {
      URL.createObjectURL = createObjectURL;
      HTMLAnchorElement.prototype.click = click;
    }
    element.kiosk = true;
    await settle(element);
    expect(text(element)).not.to.include('Сохранить');
  });

  it('receipt: an embedder can print by other means', async () => {
    const element = await mount<KabinaReceipt>(parts['kabina-receipt']!());
    const { print } = window;
    let printed = 0;
    window.print = () => (printed += 1);
    try {
      const button = [...element.shadowRoot!.querySelectorAll('button')].at(-1)!;
      button.click();
      element.addEventListener('kabina-print', (event) => event.preventDefault());
      button.click();
      expect(printed).to.equal(1);
    } finally {
      window.print = print;
    }
  });

  it('receipt: a receipt printer is used once at a time, and says how it went', async () => {
    const element = await mount<KabinaReceipt>(parts['kabina-receipt']!());
    const { print } = window;
    let pages = 0;
    window.print = () => (pages += 1);
    try {
      const asked: string[] = [];
      let answer!: (outcome: PrintOutcome) => void;
      let unplug!: (error: Error) => void;
      element.print = (receipt) => {
        asked.push(receipt.trackingCode);
        return new Promise((resolve, reject) => {
          answer = resolve;
          unplug = reject;
        });
      };
      const button = [...element.shadowRoot!.querySelectorAll('button')].at(-1)!;
      const outcomes: [() => void, string][] = [
        [() => answer('paper'), 'нет бумаги'],
        [() => answer('failed'), 'не напечатана'],
        [() => unplug(new Error('unplugged')), 'не напечатана'],
        [() => answer('printed'), 'Заберите'],
      ];
      for (const [outcome, words] of outcomes) {
        button.click();
        button.click();
        await settle(element);
        expect(button.textContent).to.include('Печатаем…');
        outcome();
        await new Promise((go) => setTimeout(go));
        await settle(element);
        expect(deep(element, '[role=status]').textContent).to.include(words);
      }
      expect(asked).to.deep.equal(new Array(4).fill(element.receipt!.trackingCode));
      expect(pages, 'the browser does not print too').to.equal(0);
    } finally {
      window.print = print;
    }
  });

  it('sealed: an opening without an answer leaves no way to cast', async () => {
    const element = await mount(html`<kabina-sealed .opened=${true} .code=${'x'}></kabina-sealed>`);
    expect(ariaSnapshot(element).filter((line) => line.startsWith('button'))).to.deep.equal([
      'button Заполнить бюллетень заново',
      'button Проверить шифрование',
    ]);
  });

  it('challenge: shows what was inside, in words', async () => {
    const element = await mount(parts['kabina-challenge']!());
    const inside = [...element.shadowRoot!.querySelectorAll('li')].map((li) =>
      li.textContent.trim(),
    );
    expect(inside).to.deep.equal([projects.options[1]!.name.ru, projects.options[7]!.name.ru]);
  });

  it('recovery: shows the code only when asked, and forgets it when hidden', async () => {
    const element = await mount(parts['kabina-recovery']!());
    expect(text(element)).not.to.include('SECRET');
    const button = deep(element, '[aria-expanded]');
    button.click();
    await new Promise((resolve) => setTimeout(resolve));
    await settle(element);
    expect(text(element)).to.include('SECRET');
    button.click();
    await settle(element);
    expect(text(element)).not.to.include('SECRET');
  });

  it('turnout: the table carries the numbers of the chart', async () => {
    const element = await mount(parts['kabina-turnout']!());
    const last = turnout.points.at(-1)!;
    const rows = element.shadowRoot!.querySelectorAll('details tbody tr');
    const cells = [...rows[rows.length - 1]!.querySelectorAll('td')].map((td) => td.textContent);
    expect(cells).to.deep.equal([String(last.issued), String(last.ballots)]);
    expect(deep(element, '[part=chart]').ariaLabel).to.include(`в урне ${last.ballots}`);
  });

  it('results: a contest with too few ballots is not shown by numbers', async () => {
    const element = await mount(
      html`<kabina-results
        .contest=${candidates}
        .result=${{ contest: 'council', ballots: 4, counts: null, blank: null }}
      ></kabina-results>`,
    );
    expect(text(element)).to.include('итог не расшифровывается');
    expect(element.shadowRoot!.querySelector('table')).to.equal(null);
  });

  it('protocol: every line and relation, a broken one in words', async () => {
    const element = await mount<HTMLElementTagNameMap['kabina-results-protocol']>(
      parts['kabina-results-protocol']!(),
    );
    const rows = element.shadowRoot!.querySelectorAll('table:first-of-type tbody tr');
    expect(rows).to.have.length(lines.length);
    const verdicts = () =>
      [...element.shadowRoot!.querySelectorAll('.relations tr')].map((row) =>
        row.lastElementChild!.textContent.trim(),
      );
    expect(verdicts()).to.deep.equal([
      'выполнено',
      'выполнено',
      'выполнено',
      'не применяется',
      'выполнено',
      'выполнено',
    ]);
    element.relations = relations.map((relation) => ({ ...relation, holds: false }));
    await settle(element);
    expect(new Set(verdicts())).to.deep.equal(new Set(['НАРУШЕНО']));
    expect(text(element)).to.include('Тренировочное голосование');
    expect(text(element)).to.include('(выбыл)');
  });

  it('protocol: a draft until somebody has signed, then who has and who has not', async () => {
    const element = await mount<HTMLElementTagNameMap['kabina-results-protocol']>(
      parts['kabina-results-protocol']!(),
    );
    const signatures = () =>
      [...element.shadowRoot!.querySelectorAll('.roll tbody tr')].map((row) =>
        row.querySelector<HTMLElement>('td')!.innerText.replace(/\s+/g, ' ').trim(),
      );
    expect(text(element)).to.include('Экземпляр № 1');
    expect(text(element)).to.include('Подписано 2 из 5');
    expect(signatures()).to.deep.equal([
      'подписано электронно 20 сентября 2026 г. в 20:41 Соколова И. П., ECDSA P-256',
      'подписано электронно 20 сентября 2026 г. в 20:42 Ахметов Б. С., ГОСТ Р 34.10-2012',
      'ждём подпись',
      'ждём подпись Особое мнение приложено',
      'не подписывает: болен',
    ]);
    element.roll = rollSigned(0);
    await settle(element);
    expect(text(element)).to.include('Проект протокола');
    expect(text(element)).not.to.include('Экземпляр');
    element.form = undefined;
    element.roll = [];
    await settle(element);
    expect(text(element)).to.include('Проект протокола');
    expect(element.shadowRoot!.querySelector('.roll') === null).to.equal(true);
  });

  it('protocol: on paper there is a line for the hand only where a signature is awaited', async () => {
    await emulateMedia({ media: 'print' });
    try {
      for (const [signed, lines] of [
        [0, 4],
        [2, 2],
        [4, 0],
      ] as const) {
        const element = await mount(
          html`<kabina-results-protocol
            .manifest=${training}
            .contest=${candidates}
            .form=${form}
            .roll=${rollSigned(signed)}
          ></kabina-results-protocol>`,
        );
        const hands = [...element.shadowRoot!.querySelectorAll('.hand')];
        expect(hands.filter((hand) => hand.getClientRects().length > 0)).to.have.length(lines);
      }
    } finally {
      await emulateMedia({ media: 'screen' });
    }
  });
});
