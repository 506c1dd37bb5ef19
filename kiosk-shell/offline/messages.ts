/** What pages and their service worker say to each other. */

/** A page to the version that waits: take over, if every page is idle. */
export const UPDATE_WISH = 'kabina-update';
/** That version to every page, with a port for `true` or `false`. */
export const IDLE_QUESTION = 'kabina-idle';
/** The same, and a page that answers `true` takes no input until the worker says what comes of it. */
export const HOLD_QUESTION = 'kabina-hold';
/** To every page: some page was not idle after all, go on. */
export const RELEASE = 'kabina-release';
