/** How an access card is presented to a field: scanned as it is, or typed in eight groups of four. */

/** What a scanned card begins with (`cardToText` in `@kabina/election/station-card`). */
export const CARD_PREFIX = 'kabina-card:';
export const CARD_GROUPS: readonly number[] = [4, 4, 4, 4, 4, 4, 4, 4];
