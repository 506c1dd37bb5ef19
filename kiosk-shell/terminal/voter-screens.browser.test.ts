import { expect } from 'chai';
import { render, type TemplateResult } from 'lit';
import type { KioskStatus } from '@kabina/booth/station';
import { votingNow } from './hours.ts';
import { stationIdle, stoppedScreen } from './voter-screens.ts';

const hours = {
  opens: '2026-09-18T08:00:00+05:00',
  issuingCloses: '2026-09-20T19:30:00+05:00',
  closes: '2026-09-20T20:00:00+05:00',
  pauses: [],
};
const NOON = Date.parse('2026-09-19T12:00:00+05:00');
const status = (suspended: boolean): KioskStatus => ({
  phase: 'voting',
  kiosk: 'K1',
  station: { id: '101', name: { ru: 'Участок № 101' } },
  election: { id: 'ab', kind: 'training', title: { ru: 'Выборы главы' } },
  cards: [],
  heard: { suspended, extension: 0 },
  interrupted: false,
  queue: { waiting: 0, quarantined: 0, sent: 0, line: 'up', full: false },
});

describe('what stands on a terminal while nobody votes', () => {
  let place: HTMLElement;
  const show = (screen: TemplateResult): string => {
    render(screen, place);
    return place.textContent.replace(/\s+/g, ' ');
  };
  const idle = (suspended: boolean): string => {
    const of = status(suspended);
    return show(stationIdle(of, votingNow(hours, of.heard, NOON), () => undefined));
  };

  beforeEach(() => {
    place = document.createElement('div');
    document.body.append(place);
  });
  afterEach(() => place.remove());

  it('says in three languages that voting is suspended, what to do, and begins nothing', () => {
    const said = idle(true);
    for (const words of [
      'Голосование приостановлено комиссией',
      'Комиссия дауыс беруді тоқтата тұрды',
      'The commission has suspended voting',
      'Сохраните карточку: она не испорчена',
      'Карточкаңызды сақтаңыз',
      'Keep your card',
    ]) {
      expect(said).to.include(words);
    }
    expect(place.querySelector('button')).to.equal(null);
    expect(place.querySelector('[role=status]')!.textContent).to.include('приостановлено');
    // And it is resumed.
    expect(idle(false)).to.include('Голосование идёт').and.not.include('приостановлено');
    expect(place.querySelector('button')).not.to.equal(null);
  });

  it('says of a training election that it is one, on a terminal out of order too', () => {
    const ways = { again: () => undefined, online: undefined };
    expect(show(stoppedScreen('journal.disagrees', true, ways))).to.include('Тренировочное');
    expect(show(stoppedScreen('journal.disagrees', false, ways))).not.to.include('Тренировочное');
    expect(idle(false)).to.include('Тренировочное голосование');
  });
});
