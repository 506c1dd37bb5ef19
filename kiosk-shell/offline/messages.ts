/** What pages and their service worker say to each other. */

/** A page to the version that waits: take over, if every page is idle. */
export const UPDATE_WISH = 'kabina-update';
/** That version to every page, with a port for `true` or `false`. */
export const IDLE_QUESTION = 'kabina-idle';
