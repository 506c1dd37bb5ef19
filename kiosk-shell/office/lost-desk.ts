/**
 * A registration desk that was lost before its account, as the commission makes up for it: what is
 * counted by hand, and whom the paper list names.
 */
import type { BoardState } from '@kabina/election/board';
import { servedStyles, type Localized } from '@kabina/election/manifest';
import type { LostDesk } from './members-act.ts';

/** What is counted by hand at one station. */
export interface PaperForm {
  readonly styles: readonly {
    readonly id: string;
    readonly title: Localized;
    /** Voters of the style. */
    readonly most: number;
  }[];
  readonly piles: readonly {
    readonly kiosk: string;
    readonly kioskName: string;
    readonly style: string;
    readonly styleTitle: Localized;
    readonly received: number;
  }[];
}

/** Styles of which cards have come, and their piles, in the manifest's order. */
export function paperForm({ manifest, stations }: BoardState, station: string): PaperForm {
  if (manifest === undefined || stations === undefined) return { styles: [], piles: [] };
  const served = servedStyles(manifest, station);
  const piles = manifest.kiosks
    .filter((kiosk) => kiosk.station === station)
    .flatMap(({ id: kiosk, name: kioskName }) => {
      const cards = stations.cards.of(kiosk);
      return served.flatMap(({ id: style, title: styleTitle }) => {
        const received = cards.get(style)?.received;
        return received === undefined ? [] : [{ kiosk, kioskName, style, styleTitle, received }];
      });
    });
  const styles = served
    .filter(({ id }) => piles.some(({ style }) => style === id))
    .map(({ id, title, voters: most }) => ({ id, title, most }));
  return { styles, piles };
}

/**
 * The account that members sign.
 *
 * @param marked voters on the paper list who have signed for a card, by style
 * @param left cards that are still in a pile, in the form's order: the others were given out
 */
export function paperAccount(
  { styles, piles }: PaperForm,
  {
    station,
    reason,
    marked,
    left,
  }: {
    readonly station: string;
    readonly reason: string;
    readonly marked: readonly number[];
    readonly left: readonly number[];
  },
): LostDesk {
  return {
    station,
    reason,
    voters: styles.map(({ id }, i): [string, number] => [id, marked[i] ?? 0]),
    given: piles.map(({ kiosk, style, received }, i): [string, string, number] => [
      kiosk,
      style,
      received - (left[i] ?? 0),
    ]),
  };
}

/**
 * Numbers on the paper list, however they were typed: by lines, commas, spaces. Each once and sorted,
 * so that nothing of the order in which voters came is kept.
 */
export function numbersOf(text: string): string[] {
  const numbers = text.split(/[\s,;]+/).filter((number) => number !== '');
  return [...new Set(numbers)].sort();
}
